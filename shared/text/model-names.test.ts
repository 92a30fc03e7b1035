import { describe, expect, test } from 'vitest';
import { longModelName, modelFileName, systemName } from './model-names.ts';

test.each([
  ['/models/SmolLM2-135M-Instruct.Q4_1.gguf', 'SmolLM2-135M-Instruct.Q4_1'],
  ['C:\\models\\base.GGUF', 'base'],
  ['base', 'base'],
  ['/a/.gguf', '.gguf'],
  ['/a/b.gguf/', 'b'],
])('the model %s is called by its file: %s', (path, name) => {
  expect(modelFileName(path)).toBe(name);
});

describe('the long form of a model', () => {
  const info = { name: 'Smollm2 135M 8k Lc100K Mix1 Ep2', quantization: 'Q4_1' };

  test('begins with the name of the file and says what the header says', () => {
    expect(longModelName({ name: 'SmolLM2-135M-Instruct', info })).toBe(
      'SmolLM2-135M-Instruct (Smollm2 135M 8k Lc100K Mix1 Ep2, Q4_1)',
    );
  });

  test('says nothing twice', () => {
    const twice = { name: 'tiny.Q4_1', info: { name: 'tiny', quantization: 'Q4_1' } };
    expect(longModelName(twice)).toBe('tiny.Q4_1');
  });
});

test('a system is called by its base, its adapter and a strength that is not 1', () => {
  expect(systemName('base', null, { strength: 1 })).toBe('base');
  expect(systemName('base', { runName: 'r', epoch: 2 }, { strength: 1 })).toBe(
    'base + r · epoch 2',
  );
  expect(systemName('base', { runName: 'r', epoch: 2 }, { strength: 0.5 })).toBe(
    'base + r · epoch 2 × 0.5',
  );
  const chosen = { strength: 1, templateSha256: 'c0ffee00'.repeat(8) };
  expect(systemName('base', null, chosen)).toBe('base · template c0ffee00');
  expect(systemName('base', null, { strength: 1, fewShotSha256: 'decaf000' })).toBe(
    'base · few-shot decaf000',
  );
});
