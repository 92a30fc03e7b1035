import { expect, it } from 'vitest';
import { defaultEpochs, epochsText, parseEpochs } from './choice.ts';

it('reads epochs as a person writes them, and writes them so', () => {
  for (const [text, epochs] of [
    ['5-10', [5, 6, 7, 8, 9, 10]],
    ['7, 3,3-4', [3, 4, 7]],
    ['1.5', [1.5]],
  ] as const)
    expect(parseEpochs(text)).toEqual(epochs);
  for (const text of ['', '5-', '10-5', '0', '-1', '1,,2', 'last', '1-99999999'])
    expect(parseEpochs(text)).toBeNull();
  expect(epochsText([3, 4, 5, 7, 8.5])).toBe('3-5, 7, 8.5');
});

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

it('compares epochs 5 to 10, as LIMA did, where the run has all of them, else its last ones', () => {
  expect(defaultEpochs(upTo(15))).toEqual([5, 6, 7, 8, 9, 10]);
  expect(defaultEpochs(upTo(9))).toEqual(upTo(9));
  expect(defaultEpochs([0.5, 1])).toEqual([0.5, 1]);
  const pruned = upTo(40).filter((epoch) => epoch !== 7);
  expect(defaultEpochs(pruned)).toEqual(pruned.slice(-19));
});
