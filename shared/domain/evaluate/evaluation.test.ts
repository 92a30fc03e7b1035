import { describe, expect, it } from 'vitest';
import { resolveVerdict, showVerdict, sideOf, systemKeySchema } from './evaluation.ts';

function sides(seed: number, count: number): string {
  return Array.from({ length: count }, (_, ordinal) => sideOf(seed, ordinal)).join('');
}

describe('sideOf', () => {
  it('gives the sides that stored evaluations were voted with', () => {
    expect(sides(42, 24)).toBe('abaabbbaaabbababbaabaabb');
    expect(sides(0, 12)).toBe('babbaabababa');
  });

  it('shows either system on the left equally often in every block of six', () => {
    for (const seed of [0, 1, 42, 4_294_967_295])
      for (let block = 0; block < 200; block += 1) {
        const left = Array.from({ length: 6 }, (_, index) => sideOf(seed, block * 6 + index));
        expect(left.filter((side) => side === 'a')).toHaveLength(3);
      }
  });

  it('uses all twenty arrangements of a block, none of them much more than the others', () => {
    const seen = new Map<string, number>();
    const text = sides(7, 6 * 4000);
    for (let start = 0; start < text.length; start += 6) {
      const block = text.slice(start, start + 6);
      seen.set(block, (seen.get(block) ?? 0) + 1);
    }
    expect(seen.size).toBe(20);
    for (const times of seen.values()) expect(Math.abs(times - 200)).toBeLessThan(70);
  });

  it('gives neighbouring seeds unrelated sides', () => {
    const [first, second] = [sides(1, 6000), sides(2, 6000)];
    const same = Array.from(first).filter((side, index) => side === second[index]).length;
    expect(Math.abs(same - 3000)).toBeLessThan(200);
  });

  it('refuses an ordinal that is not a count', () => {
    expect(() => sideOf(1, -1)).toThrow(RangeError);
    expect(() => sideOf(1, 0.5)).toThrow(RangeError);
  });
});

describe('resolveVerdict', () => {
  it('turns a side into a system, whichever stands on the left', () => {
    expect(resolveVerdict('left', 'a')).toBe('a');
    expect(resolveVerdict('left', 'b')).toBe('b');
    expect(resolveVerdict('right', 'a')).toBe('b');
    expect(resolveVerdict('right', 'b')).toBe('a');
    expect(resolveVerdict('neither', 'b')).toBe('tie');
  });

  it('is undone by showVerdict', () => {
    for (const left of systemKeySchema.options)
      for (const shown of ['left', 'right', 'neither'] as const)
        expect(showVerdict(resolveVerdict(shown, left), left)).toBe(shown);
  });
});
