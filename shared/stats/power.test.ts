import { describe, expect, it } from 'vitest';
import { holmAdjusted } from './holm.ts';
import { promptsForDifference, signTestPower, smallestDifference } from './power.ts';

describe('power', () => {
  it('of the sign test on ten decided pairs is the binomial tail that a hand can add up', () => {
    // Significant are 9 or 10 of 10 either way: 10 · 0.9⁹ · 0.1 + 0.9¹⁰, and next to nothing below.
    const tail = 10 * 0.9 ** 9 * 0.1 + 0.9 ** 10 + 10 * 0.1 ** 9 * 0.9 + 0.1 ** 10;
    expect(signTestPower(10, { difference: 0.8, decided: 1 })).toBeCloseTo(tail, 12);
  });

  it('is at most the level where there is no difference', () => {
    expect(signTestPower(300, { difference: 0, decided: 0.8 })).toBeLessThanOrEqual(0.05);
    expect(signTestPower(300, { difference: 0, decided: 0 })).toBe(0);
  });

  it('of a large set by the normal formula continues that of a small one', () => {
    const wanted = { difference: 0.1, decided: 0.75 };
    const [small, large] = [600, 601].map((prompts) => signTestPower(prompts, wanted));
    expect(Math.abs((small ?? 0) - (large ?? 1))).toBeLessThan(0.02);
  });

  it('is reached with as many prompts as are said to be needed, and not with a tenth fewer', () => {
    const wanted = { difference: 0.2, decided: 0.8 };
    const needed = promptsForDifference(wanted) ?? 0;
    expect(signTestPower(needed, wanted)).toBeGreaterThanOrEqual(0.8);
    expect(signTestPower(Math.floor(0.9 * needed), wanted)).toBeLessThan(0.8);
    expect(promptsForDifference({ difference: 0, decided: 0.5 })).toBeNull();
  });

  // LIMA's 300 prompts: a lead of 9 points with 21 % of ties (DaVinci003) was found with p = 0.09.
  it('says that 300 prompts are too few for a lead of nine points', () => {
    const lead = { difference: 0.09, decided: 0.79 };
    expect(signTestPower(300, lead)).toBeLessThan(0.5);
    expect(promptsForDifference(lead)).toBeGreaterThan(700);
    expect(smallestDifference(300, 0.79)).toBeCloseTo(0.147, 2);
    expect(smallestDifference(4, 1)).toBeNull();
  });

  it('refuses a difference that is larger than what is decided', () => {
    expect(() => signTestPower(10, { difference: 0.5, decided: 0.4 })).toThrow(/0\.4/);
  });
});

describe('Holm’s adjustment', () => {
  it('multiplies the smallest by their number, the next by one less, and never goes down', () => {
    const adjusted = holmAdjusted([0.03, 0.01, 0.04, 0.02]);
    expect(adjusted.map((p) => Number(p.toFixed(12)))).toEqual([0.06, 0.04, 0.06, 0.06]);
  });

  it('leaves one value as it is, and none above 1', () => {
    expect(holmAdjusted([0.2])).toEqual([0.2]);
    expect(holmAdjusted([0.9, 0.8])).toEqual([1, 1]);
    expect(holmAdjusted([])).toEqual([]);
  });
});
