import { expect, test } from 'vitest';
import { didYouMean, nearName } from './near-name.ts';

const fields = ['epochs', 'rank', 'learningRate', 'minLearningRate', 'beta1', 'beta2'];

test.each([
  ['epoch', 'epochs'],
  ['learningrate', 'learningRate'],
  ['learningRtae', 'learningRate'],
  ['lerningRate', 'learningRate'],
  ['minlearningrate', 'minLearningRate'],
  ['BETA1', 'beta1'],
  ['rnak', 'rank'],
])('the name that is near %s is %s', (word, name) => {
  expect(nearName(word, fields)).toBe(name);
});

test.each(['', 'x', 'device', 'zzzzzzz', 'rate'])('no name is near “%s”', (word) => {
  expect(nearName(word, fields)).toBeUndefined();
});

test('a word of many letters costs no time, and a question is asked only where there is an answer', () => {
  expect(nearName('x'.repeat(1_000_000), ['x'.repeat(1_000_000)])).toHaveLength(1_000_000);
  expect(didYouMean('epoch', fields)).toBe(' Did you mean epochs?');
  expect(didYouMean('x', fields)).toBe('');
});
