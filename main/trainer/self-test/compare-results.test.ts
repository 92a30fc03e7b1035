import { expect, test } from 'vitest';
import { compareResults, toleranceFor } from './compare-results.ts';

const values = Float32Array.from({ length: 64 }, (_, index) => Math.sin(index));
const sampleOf = (gradient: Float32Array, loss = 10) => ({
  losses: [loss, 1],
  gradients: [
    { name: 'a', values },
    { name: 'b', values: gradient },
  ],
});
const verdictOn = (gradient: Float32Array, loss?: number) =>
  compareResults(sampleOf(gradient, loss), sampleOf(values), toleranceFor('F32'));

test.each([
  ['a gradient of the wrong sign', values.map((value) => -value)],
  ['a gradient of zero', new Float32Array(values.length)],
  ['a gradient that is 2 % too large', values.map((value) => value * 1.02)],
  ['one element that is no number', values.map((value, index) => (index === 9 ? NaN : value))],
  ['a gradient that is too short', values.subarray(0, 60)],
])('%s does not pass as rounding', (_, gradient) => {
  const verdict = verdictOn(gradient);
  expect(verdict).toMatchObject({ passed: false, worstTensor: 'b' });
  expect(verdict.gradientDifference).toBeGreaterThan(0.01);
});

test('a wrong loss fails although every gradient is right', () => {
  expect(verdictOn(values, 10.3)).toMatchObject({ passed: false, gradientDifference: 0 });
  expect(verdictOn(values, NaN)).toMatchObject({ passed: false, lossDifference: Infinity });
});

test('rounding passes, with a larger tolerance the more coarsely weights are rounded', () => {
  const rounded = values.map((value) => value * 1.003);
  expect(verdictOn(rounded).passed).toBe(true);
  expect(toleranceFor('F32')).toBeLessThan(toleranceFor('BF16'));
  expect(toleranceFor('BF16+F32')).toBeLessThan(toleranceFor('Q4_K+Q6_K'));
});
