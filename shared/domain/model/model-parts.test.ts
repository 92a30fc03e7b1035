import { expect, test } from 'vitest';
import { modelPart, modelPartPaths, modelPath } from './model-parts.ts';

test.each([
  '/models/quince-00001-of-00003.gguf',
  '/models/quince-00002-of-00003.gguf',
  '/models/quince-00003-of-00003.gguf',
])('%s leads to all three parts, in order', (path) => {
  expect(modelPartPaths(path)).toEqual([
    '/models/quince-00001-of-00003.gguf',
    '/models/quince-00002-of-00003.gguf',
    '/models/quince-00003-of-00003.gguf',
  ]);
  expect(modelPath(path)).toBe('/models/quince-00001-of-00003.gguf');
});

test.each([
  ['a plain name', '/models/quince.gguf'],
  ['the only part', 'quince-00001-of-00001.gguf'],
  ['part 0', 'quince-00000-of-00002.gguf'],
  ['a part beyond the last', 'quince-00003-of-00002.gguf'],
  ['more parts than any model has', 'quince-00001-of-01001.gguf'],
  ['numbers of four digits', 'quince-0001-of-0002.gguf'],
  ['no name before the numbers', '-00001-of-00002.gguf'],
  ['a folder of such a name', '/quince-00001-of-00002.gguf/base.gguf'],
  ['another kind of file', 'quince-00001-of-00002.safetensors'],
])('%s is a file of its own: %s', (_, path) => {
  expect(modelPart(path)).toBeUndefined();
  expect(modelPartPaths(path)).toEqual([path]);
});

test('a folder with the name of a part does not hide the part in it, and Windows paths are split too', () => {
  expect(modelPath(String.raw`C:\m\a-00009-of-00010.gguf\b-00002-of-00002.gguf`)).toBe(
    String.raw`C:\m\a-00009-of-00010.gguf\b-00001-of-00002.gguf`,
  );
});
