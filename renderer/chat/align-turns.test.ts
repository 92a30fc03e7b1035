import { expect, test } from 'vitest';
import { alignTurns } from './align-turns.ts';

const rowsOf = (left: string, right: string) =>
  alignTurns(left.split(''), right.split('')).map(
    (row) => `${left[row.left ?? -1] ?? '-'}${right[row.right ?? -1] ?? '-'}`,
  );

test.each([
  ['both panes were asked the same', 'abc', 'abc', 'aa bb cc'],
  ['one pane was asked more at the end', 'ab', 'abc', 'aa bb -c'],
  ['one pane was asked in between', 'abc', 'ac', 'aa b- cc'],
  ['each was asked its own in between', 'axc', 'ayc', 'aa xy cc'],
  ['the panes share nothing', 'ab', 'xyz', 'ax by -z'],
  ['one pane is empty', '', 'ab', '-a -b'],
  ['a prompt came twice in one pane', 'aab', 'ab', 'aa a- bb'],
])('the same prompt shares a row where %s', (_, left, right, rows) => {
  expect(rowsOf(left, right).join(' ')).toBe(rows);
});
