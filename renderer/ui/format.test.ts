import { expect, it } from 'vitest';
import { baseName } from './format.ts';

it('finds the file name in Windows and POSIX paths', () => {
  expect(baseName('C:\\models\\a.gguf')).toBe('a.gguf');
  expect(baseName('/home/x/p.lima')).toBe('p.lima');
});
