import { expect, test } from 'vitest';
import { exportName, typeOf } from './export-dialog.tsx';

test('the name of an export is a file name and tells run, epoch and kind', () => {
  const choice = { type: 'Q8_0', strength: 1 } as const;
  expect(exportName('four on tiny/x', 3, { ...choice, kind: 'merged' })).toBe(
    'four-on-tiny-x-epoch-3-Q8_0.gguf',
  );
  expect(exportName('../..', 1, { ...choice, kind: 'gguf' })).toBe('run-epoch-1.gguf');
  expect(exportName('a', 1, { ...choice, kind: 'peft' })).toBe('a-epoch-1-peft');
});

test('a merged model always has a type, an Ollama export a chosen one or none, an adapter none', () => {
  expect(typeOf({ kind: 'merged', type: 'keep', strength: 1 })).toBe('F16');
  expect(typeOf({ kind: 'ollama', type: 'keep', strength: 1 })).toBeNull();
  expect(typeOf({ kind: 'ollama', type: 'BF16', strength: 1 })).toBe('BF16');
  expect(typeOf({ kind: 'gguf', type: 'BF16', strength: 1 })).toBeNull();
});
