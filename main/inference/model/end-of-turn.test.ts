import { afterAll, expect, test } from 'vitest';
import type { GgufEntry } from '../../gguf/write/gguf-content.ts';
import { tinyTokens } from '../../gguf/tiny/tiny-vocabulary.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { writeGguf } from '../../gguf/write/write-gguf.ts';
import { startLlamaRuntime } from './llama-runtime.ts';
import { loadModel } from './model-host.ts';
import { ask, createTestFolder, writeTestSystem } from '../testing/test-system.ts';
import { Vocabulary } from './vocabulary.ts';

const folder = await createTestFolder();
const runtime = await startLlamaRuntime();
afterAll(async () => {
  await runtime.llama.dispose();
  await folder[Symbol.asyncDispose]();
});

/** A model without a chat template whose EOS is `<|endoftext|>`. */
async function withoutTemplate(name: string, entries: GgufEntry[]) {
  const { basePath } = await writeTestSystem(folder.file('base.gguf'));
  const { metadata } = await readGguf(basePath);
  const replaced = new Set([
    'tokenizer.chat_template',
    'tokenizer.ggml.eos_token_id',
    ...entries.map(({ key }) => key),
  ]);
  const kept = [...metadata].filter(([key]) => !replaced.has(key));
  const eos: GgufEntry = {
    key: 'tokenizer.ggml.eos_token_id',
    type: 'u32',
    value: tinyTokens.indexOf('<|endoftext|>'),
  };
  const path = folder.file(name);
  const own = kept.map(([key, value]) => ({ key, ...value }));
  await writeGguf(path, { metadata: [...own, eos, ...entries], tensors: [] });
  const options = { vocabOnly: true, loadSignal: new AbortController().signal };
  return new Vocabulary(await loadModel(runtime, path, options), await readGguf(path));
}

const turns = [...ask('A'), { role: 'assistant' as const, content: 'B' }];

test('without a template every turn ends with the token that is reserved for it, not with EOS', async () => {
  const vocabulary = await withoutTemplate('reserved.gguf', []);
  const { tokens, trained } = vocabulary.encodeSample(turns, 'answers');
  const end = tinyTokens.indexOf('<|im_end|>');
  expect(tokens).toEqual([65, end, 66, end]);
  expect(trained).toEqual([0, 0, 1, 1]);
});

test('without a token for turns they end with EOS', async () => {
  const tokens = tinyTokens.map((text) => (text === '<|im_end|>' ? '<|spare|>' : text));
  const vocabulary = await withoutTemplate('spare.gguf', [
    { key: 'tokenizer.ggml.tokens', type: 'array', elementType: 'string', value: tokens },
  ]);
  const eos = tinyTokens.indexOf('<|endoftext|>');
  expect(vocabulary.encodeSample(turns, 'answers').tokens).toEqual([65, eos, 66, eos]);
});
