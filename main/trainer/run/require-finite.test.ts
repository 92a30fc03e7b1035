import { expect, test } from 'vitest';
import { requireFinite } from './require-finite.ts';

test('a base model is blamed for what the first step did, or a run for what was there before', () => {
  expect(() => requireFinite(NaN, 'loss', 0)).toThrow(/base model is damaged/);
  expect(() => requireFinite(NaN, 'dev loss', 1)).toThrow(/after step 1\. Lower learningRate/);
});
