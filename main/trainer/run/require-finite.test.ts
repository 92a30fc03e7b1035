import { expect, test } from 'vitest';
import { requireFinite } from './require-finite.ts';

test('a loss that is no number is blamed on the base model before the first step, on the run after it', () => {
  expect(() => requireFinite(NaN, 'loss', 0)).toThrow(/base model is damaged/);
  expect(() => requireFinite(NaN, 'dev loss', 1)).toThrow(
    /after step 1\. What was saved before is kept/,
  );
});
