import { expect, test } from 'vitest';
import { StopText } from './stop-text.ts';

/** The text in pieces of a size, as a model gives it; what was told is what it is at the end. */
function stopped(text: string, size: number, stop: string | undefined) {
  const stopping = new StopText(stop);
  let told = '';
  for (let at = 0; at < text.length && !stopping.isFound; at += size)
    told += stopping.push(text.slice(at, at + size));
  told += stopping.flush();
  expect(told).toBe(stopping.text);
  return [stopping.text, stopping.isFound];
}

test.each([
  ['Blue.\n\n# Query:\nAnd red?', 'Blue.', true],
  ['# Query:\nNext', '', true],
  ['  \n# Query: next', '', true],
  ['A # Query: within a line', 'A # Query: within a line', false],
  ['A\n# Queue\n# Quer', 'A\n# Queue\n# Quer', false],
  ['A\n## Query:\n', 'A\n## Query:\n', false],
  ['One\n\nTwo \n', 'One\n\nTwo \n', false],
  ['a\n#\n# Query:', 'a\n#', true],
])('%j is told as %j, whatever the pieces it comes in', (text, told, isFound) => {
  for (const size of [1, 2, 3, 5, 8, 100])
    expect(stopped(text, size, '# Query:')).toEqual([told, isFound]);
});

test('nothing is held back longer than it might be the end', () => {
  const stopping = new StopText('# Query:');
  expect(['Yes', '. \n', '# Que', 'ue', '\n', 'x'].map((piece) => stopping.push(piece))).toEqual([
    'Yes',
    '.',
    '',
    ' \n# Queue',
    '',
    '\nx',
  ]);
  expect(stopped('a\n# Query: b', 2, undefined)).toEqual(['a\n# Query: b', false]);
});
