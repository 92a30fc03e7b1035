import { describe, expect, test } from 'vitest';
import { learningRateAt } from './learning-rate.ts';

const lima = {
  schedule: 'linear',
  learningRate: 1e-5,
  minLearningRate: 1e-6,
  warmupSteps: 0,
} as const;

describe('learning rate', () => {
  test("falls from LIMA's 1e-5 at the first step to 1e-6 at the last, not to zero", () => {
    const totalSteps = 15 * Math.ceil(1000 / 32);
    expect(totalSteps).toBe(480);
    expect(learningRateAt(1, totalSteps, lima)).toBe(1e-5);
    expect(learningRateAt(totalSteps, totalSteps, lima)).toBeCloseTo(1e-6, 12);
    const middle = (learningRateAt(240, 480, lima) + learningRateAt(241, 480, lima)) / 2;
    expect(middle).toBeCloseTo(5.5e-6, 12);
  });

  test('stays where it is when constant, and at the first value in a run of one step', () => {
    expect(learningRateAt(7, 9, { ...lima, schedule: 'constant' })).toBe(1e-5);
    expect(learningRateAt(1, 1, lima)).toBe(1e-5);
  });

  test('rises over the warm-up and falls to the end along half a cosine', () => {
    const recipe = { ...lima, schedule: 'cosine', warmupSteps: 10 } as const;
    const rates = Array.from({ length: 110 }, (_, index) => learningRateAt(index + 1, 110, recipe));
    expect(rates[0]).toBeCloseTo(1e-6, 12);
    expect(rates[9]).toBe(1e-5);
    expect(rates[34]).toBeCloseTo(1e-6 + 9e-6 * (0.5 + Math.SQRT1_2 / 2), 12);
    expect(rates[59]).toBeCloseTo(5.5e-6, 12);
    expect(rates[109]).toBeCloseTo(1e-6, 12);
  });

  test('is refused for a step outside of the run', () => {
    expect(() => learningRateAt(0, 5, lima)).toThrow(/Step 0/);
    expect(() => learningRateAt(6, 5, lima)).toThrow(/Step 6/);
  });
});
