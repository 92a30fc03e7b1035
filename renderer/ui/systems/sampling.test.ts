import { expect, it } from 'vitest';
import {
  describeSampling,
  isLimaSampling,
  limaSampling,
  samplingDifferences,
  samplingProblems,
} from './sampling.ts';

it('calls another seed still the LIMA settings, but not another temperature', () => {
  expect(isLimaSampling({ ...limaSampling, seed: 7 })).toBe(true);
  expect(isLimaSampling({ ...limaSampling, temperature: 0.8 })).toBe(false);
});

it('does not report a setting that only lost digits in 32-bit floats', () => {
  const engine = { ...limaSampling, temperature: Math.fround(0.7) };
  expect(samplingDifferences(engine, limaSampling)).toEqual([]);
});

it('names the setting the engine did not obey, with both values', () => {
  const differences = samplingDifferences({ ...limaSampling, topK: 40 }, limaSampling);
  expect(differences).toEqual(['top-k 40, asked for 0']);
});

it('leaves out what is off and shows what is on', () => {
  expect(describeSampling(limaSampling)).toBe('T 0.7 · top-p 0.9 · penalty 1.2 · ≤ 2,048 tokens');
  expect(describeSampling({ ...limaSampling, minP: 0.05 })).toContain('min-p 0.05');
});

it('says what is wrong with each bad setting and nothing about the good ones', () => {
  expect(samplingProblems(limaSampling)).toEqual({});
  const problems = samplingProblems({ ...limaSampling, topP: 0, maxTokens: 1.5 });
  expect(Object.keys(problems).toSorted()).toEqual(['maxTokens', 'topP']);
});
