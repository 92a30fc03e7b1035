import { describe, expect, it } from 'vitest';
import type { ShownVerdict, Verdict } from '../domain/evaluate/evaluation.ts';
import {
  tieDiscountedAgreement,
  tieDiscountedScore,
  lengthBias,
  positionBias,
} from './judging-checks.ts';

/** Each about a prompt of its own, all of them so many times. */
const asked = <Item extends object>(items: readonly Item[], times = 1) =>
  Array.from({ length: times }, () =>
    items.map((item, at) => ({ ...item, prompt: `prompt ${at}` })),
  ).flat();
const pairs = (first: readonly Verdict[], second: readonly Verdict[]) =>
  first.map((verdict, at) => ({ first: verdict, second: second[at] ?? 'tie' }));
const shown = (verdicts: readonly ShownVerdict[]) =>
  verdicts.map((verdict) => ({ shown: verdict }));

describe('tie-discounted accuracy', () => {
  it('scores pairs as LIMA section 4.4 does', () => {
    expect(tieDiscountedScore('a', 'a')).toBe(1);
    expect(tieDiscountedScore('tie', 'tie')).toBe(1);
    expect(tieDiscountedScore('a', 'tie')).toBe(0.5);
    expect(tieDiscountedScore('tie', 'b')).toBe(0.5);
    expect(tieDiscountedScore('a', 'b')).toBe(0);
  });

  it('is 0.625 for AA, AT, AB, TT', () => {
    const four = pairs(['a', 'a', 'a', 'tie'], ['a', 'tie', 'b', 'tie']);
    expect(tieDiscountedAgreement(asked(four)).value).toBe(0.625);
  });

  it('is uncertain by 7 to 12 points over the 50 items of the paper', () => {
    const first = Array.from({ length: 50 }, (): Verdict => 'a');
    const second = first.map((_, index): Verdict => (index < 36 ? 'a' : index < 46 ? 'tie' : 'b'));
    const { value, lower, upper } = tieDiscountedAgreement(asked(pairs(first, second)));
    expect(value).toBe(0.82);
    expect(upper - lower).toBeGreaterThan(0.15);
    expect(upper - lower).toBeLessThan(0.24);
  });

  it('refuses no items', () => {
    expect(() => tieDiscountedAgreement([])).toThrow(/at least one/);
  });
});

describe('positionBias', () => {
  it('leaves "neither" out of the share and finds a clear lean', () => {
    const votes = shown([
      ...Array.from({ length: 40 }, () => 'left' as const),
      ...Array.from({ length: 10 }, () => 'right' as const),
      ...Array.from({ length: 7 }, () => 'neither' as const),
    ]);
    const bias = positionBias(asked(votes));
    expect(bias).toMatchObject({ left: 40, right: 10, neither: 7 });
    expect(bias?.leftShare.value).toBe(0.8);
    expect(bias?.leftShare.lower).toBeGreaterThan(0.5);
    expect(bias?.signTestP).toBeLessThan(0.001);
  });

  it('is null when nobody decided', () => {
    expect(positionBias(asked(shown(['neither'])))).toBeNull();
  });

  it('tests each prompt once, by the side that most of its votes prefer', () => {
    const votes = ['left', 'left', 'right', 'left', 'right', 'neither', 'left', 'right'] as const;
    const prompts = ['p', 'p', 'p', 'q', 'q', 'q', 'r', 's'];
    const bias = positionBias(
      votes.map((verdict, at) => ({ shown: verdict, prompt: prompts[at] ?? '' })),
    );
    expect(bias).toMatchObject({ left: 4, right: 3, neither: 1, signTestP: 1 });
    expect(bias?.byPrompt).toEqual({ prompts: 4, left: 2, right: 1 });
  });
});

describe('lengthBias', () => {
  it('counts wins of the longer answer, whichever system gave it', () => {
    const bias = lengthBias(
      asked([
        { verdict: 'a', charactersA: 200, charactersB: 100 },
        { verdict: 'b', charactersA: 100, charactersB: 200 },
        { verdict: 'a', charactersA: 100, charactersB: 200 },
        { verdict: 'tie', charactersA: 100, charactersB: 200 },
        { verdict: 'b', charactersA: 100, charactersB: 100 },
      ]),
    );
    expect(bias).toMatchObject({ longer: 2, shorter: 1 });
    expect(bias?.longerShare.value).toBeCloseTo(2 / 3, 12);
  });

  it('is null when all answers are equally long', () => {
    const same = { verdict: 'a', charactersA: 5, charactersB: 5 } as const;
    expect(lengthBias(asked([same]))).toBeNull();
  });
});

// Three authors who see one comparison on the same sides, or a prompt asked three times: taken for
// independent, a lean of chance (p = 0.29 of 8 votes) would be called a bias (p = 0.02 of 24).
describe('the checks on three verdicts of one kind on every prompt', () => {
  const votes = shown(['left', 'left', 'left', 'left', 'left', 'left', 'right', 'right']);
  const lengths = [400, 300, 200, 500, 100, 50].map((charactersA, at) => ({
    verdict: at < 5 ? ('a' as const) : ('b' as const),
    charactersA,
    charactersB: 60,
  }));
  const both = pairs(['a', 'a', 'b', 'tie', 'a', 'b'], ['a', 'tie', 'b', 'a', 'b', 'b']);

  it.each([
    ['share on the left', (times: number) => positionBias(asked(votes, times))?.leftShare],
    ['share of the longer', (times: number) => lengthBias(asked(lengths, times))?.longerShare],
    ['agreement', (times: number) => tieDiscountedAgreement(asked(both, times))],
  ])('have the interval of one on every prompt: the %s', (_, check) => {
    const [once, thrice] = [check(1), check(3)];
    for (const key of ['value', 'lower', 'upper'] as const)
      expect(thrice?.[key]).toBeCloseTo(once?.[key] ?? NaN, 9);
  });

  it('say how many prompts they are about, only where one has several', () => {
    const [once, thrice] = [positionBias(asked(votes)), positionBias(asked(votes, 3))];
    expect(once?.signTestP).toBeCloseTo(0.2890625, 9);
    expect(thrice).toMatchObject({ left: 18, right: 6, signTestP: once?.signTestP });
    expect([once?.byPrompt, thrice?.byPrompt?.prompts]).toEqual([undefined, 8]);
    const [one, three] = [lengthBias(asked(lengths)), lengthBias(asked(lengths, 3))];
    expect([one?.prompts, three?.prompts]).toEqual([undefined, 6]);
    expect(tieDiscountedAgreement(asked(both)).prompts).toBeUndefined();
    expect(tieDiscountedAgreement(asked(both, 3)).prompts).toBe(6);
  });
});
