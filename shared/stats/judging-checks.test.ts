import { describe, expect, it } from 'vitest';
import type { Verdict } from '../domain/evaluation.ts';
import {
  tieDiscountedAccuracy,
  tieDiscountedAgreement,
  tieDiscountedScore,
  lengthBias,
  positionBias,
} from './judging-checks.ts';

describe('tie-discounted accuracy', () => {
  it('scores pairs as LIMA section 4.4 does', () => {
    expect(tieDiscountedScore('a', 'a')).toBe(1);
    expect(tieDiscountedScore('tie', 'tie')).toBe(1);
    expect(tieDiscountedScore('a', 'tie')).toBe(0.5);
    expect(tieDiscountedScore('tie', 'b')).toBe(0.5);
    expect(tieDiscountedScore('a', 'b')).toBe(0);
  });

  it('is 0.625 for AA, AT, AB, TT', () => {
    expect(tieDiscountedAccuracy(['a', 'a', 'a', 'tie'], ['a', 'tie', 'b', 'tie'])).toBe(0.625);
  });

  it('is uncertain by 7 to 12 points over the 50 items of the paper', () => {
    const first = Array.from({ length: 50 }, (): Verdict => 'a');
    const second = first.map((_, index): Verdict => (index < 36 ? 'a' : index < 46 ? 'tie' : 'b'));
    const { value, lower, upper } = tieDiscountedAgreement(first, second);
    expect(value).toBe(0.82);
    expect(upper - lower).toBeGreaterThan(0.15);
    expect(upper - lower).toBeLessThan(0.24);
  });

  it('refuses lists of different items', () => {
    expect(() => tieDiscountedAccuracy(['a'], [])).toThrow(/same items/);
    expect(() => tieDiscountedAccuracy([], [])).toThrow(/at least one/);
  });
});

describe('positionBias', () => {
  it('leaves "neither" out of the share and finds a clear lean', () => {
    const votes = [
      ...Array.from({ length: 40 }, () => 'left' as const),
      ...Array.from({ length: 10 }, () => 'right' as const),
      ...Array.from({ length: 7 }, () => 'neither' as const),
    ];
    const bias = positionBias(votes);
    expect(bias).toMatchObject({ left: 40, right: 10, neither: 7 });
    expect(bias?.leftShare.value).toBe(0.8);
    expect(bias?.leftShare.lower).toBeGreaterThan(0.5);
    expect(bias?.signTestP).toBeLessThan(0.001);
  });

  it('is null when nobody decided', () => {
    expect(positionBias(['neither'])).toBeNull();
  });
});

describe('lengthBias', () => {
  it('counts wins of the longer answer, whichever system gave it', () => {
    const bias = lengthBias([
      { verdict: 'a', charactersA: 200, charactersB: 100 },
      { verdict: 'b', charactersA: 100, charactersB: 200 },
      { verdict: 'a', charactersA: 100, charactersB: 200 },
      { verdict: 'tie', charactersA: 100, charactersB: 200 },
      { verdict: 'b', charactersA: 100, charactersB: 100 },
    ]);
    expect(bias).toMatchObject({ longer: 2, shorter: 1 });
    expect(bias?.longerShare.value).toBeCloseTo(2 / 3, 12);
  });

  it('is null when all answers are equally long', () => {
    expect(lengthBias([{ verdict: 'a', charactersA: 5, charactersB: 5 }])).toBeNull();
  });
});
