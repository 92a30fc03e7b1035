import { expect, test } from 'vitest';
import { sharesOfSamples, sharesOfTokens } from './symbol-shares.ts';

const symbols = ['1', '2', '3'];

test('symbols are read with and without a space before them, and the rest is elsewhere', () => {
  const top = [
    { token: '1', logprob: Math.log(0.3) },
    { token: ' 1', logprob: Math.log(0.1) },
    { token: '2', logprob: Math.log(0.4) },
    { token: '12', logprob: Math.log(0.05) },
    { token: 'The', logprob: Math.log(0.1) },
  ];
  const shares = sharesOfTokens(symbols, top);
  expect(shares?.probabilities[0]).toBeCloseTo(0.5, 12);
  expect(shares?.probabilities[1]).toBeCloseTo(0.5, 12);
  expect(shares?.probabilities[2]).toBe(0);
  expect(shares?.elsewhere).toBeCloseTo(0.2, 12);
  expect(sharesOfTokens(symbols, [{ token: '<think>', logprob: 0 }])).toBeUndefined();
});

test('of samples the first word counts, whatever marks stand round it', () => {
  const samples = ['1', ' 2', '**1**', '"3".', 'Answer 1', '10', '', '1. It is better'];
  const shares = sharesOfSamples(symbols, samples);
  expect(shares).toEqual({ probabilities: [3 / 5, 1 / 5, 1 / 5], elsewhere: 3 / 8 });
  expect(sharesOfSamples(symbols, ['I cannot say'])).toBeUndefined();
});
