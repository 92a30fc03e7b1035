import { expect, test } from 'vitest';
import { expandSeqRuns, parseSeqRuns, SeqRunWriter, seqsAfter } from './seq-runs.ts';

function textOf(seqs: readonly number[]): string {
  const writer = new SeqRunWriter();
  for (const seq of seqs) writer.add(seq);
  expect(writer.count).toBe(seqs.length);
  return writer.text();
}

test.each([[[]], [[1]], [[0]], [[1, 2, 3]], [[2, 4, 6, 7, 8, 100]], [[7, 2 ** 40, 2 ** 40 + 1]]])(
  'the numbers %j come back from their text',
  (seqs) => expect(expandSeqRuns(textOf(seqs))).toEqual(seqs),
);

test('a million in a row are a few letters', () => {
  const writer = new SeqRunWriter();
  writer.add(1, 1_000_000);
  expect(writer.text()).toBe('1:lflr');
  expect(parseSeqRuns('1:lflr')).toEqual([{ first: 1, length: 1_000_000 }]);
});

test('every page above a number has what a filter of the whole list has', () => {
  const seqs = Array.from({ length: 300 }, (_, index) => index).filter((seq) => seq % 7 < 4);
  const runs = parseSeqRuns(textOf(seqs));
  for (let after = -1; after < 305; after += 1)
    for (const limit of [1, 3, 50])
      expect(seqsAfter(runs, after, limit)).toEqual(
        seqs.filter((seq) => seq > after).slice(0, limit),
      );
});

test.each([
  '-1',
  '1:',
  ':1',
  '1,,2',
  '1 ',
  'zzzzzzzzzzz',
  'A',
  '1:zzzzzzzzzz,zzzzzzzzzz,zzzzzzzzzz',
])('the text %j is refused as no numbers', (text) =>
  expect(() => parseSeqRuns(text)).toThrow(/run of numbers|too far/),
);
