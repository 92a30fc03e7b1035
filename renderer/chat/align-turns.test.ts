import { expect, test } from 'vitest';
import { alignTurns } from './align-turns.ts';

const rowsOf = (...panes: string[]) =>
  alignTurns(panes.map((prompts) => prompts.split(''))).map((row) =>
    row.map((turn, pane) => panes[pane]?.[turn ?? -1] ?? '-').join(''),
  );

test('further panes are matched with the rows of those before them', () => {
  expect(rowsOf('abc', 'ac', 'bcd', '').join(' ')).toBe('aa-- b-b- ccc- --d-');
  expect(rowsOf('ab').join(' ')).toBe('a b');
});

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
