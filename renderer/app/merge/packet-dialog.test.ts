import { expect, test } from 'vitest';
import { packetName } from './packet-form.tsx';

test.each([
  ['ann', 'notes-for-ann.lima'],
  ['Ann Smith / Oslo', 'notes-for-Ann-Smith-Oslo.lima'],
  ['../../etc', 'notes-for-etc.lima'],
  ['李', 'notes-for-李.lima'],
  [' .. ', 'notes-for-review.lima'],
])('the packet for %s is suggested as the file %s', (annotator, name) => {
  expect(packetName('notes', annotator)).toBe(name);
});
