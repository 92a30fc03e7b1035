import { expect, test } from 'vitest';
import { fileNameOf } from './export-file.tsx';

test('a name from a project leads into no other folder when it is offered for a file', () => {
  expect(fileNameOf('four.messages.jsonl')).toBe('four.messages.jsonl');
  expect(fileNameOf('../../home/me/.bashrc')).toBe('-..-home-me-.bashrc');
  expect(fileNameOf(String.raw`C:\a\b.jsonl`)).toBe('C-a-b.jsonl');
  expect(fileNameOf('.hidden\u202etxt.')).toBe('hidden-txt');
  expect(fileNameOf('..')).toBe('export');
  expect(fileNameOf('n'.repeat(5000))).toHaveLength(150);
});
