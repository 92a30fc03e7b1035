import type { LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import type { GgufEntry } from '../../gguf/write/gguf-content.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { writeGguf } from '../../gguf/write/write-gguf.ts';
import { type LlamaRuntime, startLlamaRuntime } from './llama-runtime.ts';
import { loadModel } from './load-model.ts';
import { ask, createTestFolder, writeTestSystem } from '../testing/test-system.ts';
import { droppingFixture } from '../../../shared/template/testing/template-fixtures.ts';
import { endLlama } from '../testing/start-llama.ts';
import { TextStream } from '../answer/answer-prompt.ts';
import { TemplateRenderer } from '../template/template-renderer.ts';
import { Vocabulary } from './vocabulary.ts';
import { tinyTokens } from '../../gguf/tiny/tiny-vocabulary.ts';

let folder: Awaited<ReturnType<typeof createTestFolder>>;
let runtime: LlamaRuntime;
const opened: LlamaModel[] = [];
const templates = new TemplateRenderer();

beforeAll(async () => {
  folder = await createTestFolder();
  runtime = await startLlamaRuntime();
});

afterAll(async () => {
  templates[Symbol.dispose]();
  // One that is collected while the library goes keeps it waiting for ever, now and then.
  for (const model of opened) await model.dispose();
  await endLlama(runtime.llama);
  await folder[Symbol.asyncDispose]();
});

async function open(path: string) {
  const options = { vocabOnly: true, loadSignal: new AbortController().signal };
  const model = await loadModel(runtime, path, options);
  opened.push(model);
  return { model, vocabulary: new Vocabulary(model, await readGguf(path), { templates }) };
}

const answered = (history: Message[], content: string): Message[] => [
  ...history,
  { role: 'assistant', content },
];

/** A turn of ChatML. */
const chatMlTurn = (role: string, text: string) => `<|im_start|>${role}\n${text}<|im_end|>\n`;

describe('a byte-level vocabulary', () => {
  test('a sample starts with exactly the tokens of its chat prompt', async () => {
    const { basePath } = await writeTestSystem(folder.file('bytes.gguf'));
    const { vocabulary } = await open(basePath);
    const history = [...answered(ask('Say <|im_end|>'), 'No\n'), ...ask(' Why? ')];
    const { tokens: prompt } = await vocabulary.encodePrompt(history);
    const { tokens } = await vocabulary.encodeSample(answered(history, 'the end'), {
      lossOn: 'answers',
    });
    expect(tokens.slice(0, prompt.length)).toEqual(prompt);
    expect((await vocabulary.encodePrompt(ask('<think>'))).opening).toBe('');
    expect(tokens.length).toBeGreaterThan(prompt.length);
  });

  test.each([
    ['Hi', 'Yo', 'And the other?'],
    ['  the\n\n', ' the', '\n the\n'],
    ['in\u00e9 \ud83d\ude80', '\ttext \n', 'the, "in"; '],
  ])('gets the tokens of the whole text: %j', async (question, answer, next) => {
    const { basePath } = await writeTestSystem(folder.file('whole.gguf'));
    const { model, vocabulary } = await open(basePath);
    const history = [...answered(ask(question), answer), ...ask(next)];
    const { tokens } = await vocabulary.encodeSample(answered(history, answer), {
      lossOn: 'answers',
    });
    const turns = [question, answer, next, answer].map((text, index) =>
      chatMlTurn(index % 2 === 0 ? 'user' : 'assistant', text),
    );
    expect(tokens).toEqual(model.tokenize(turns.join(''), true));
  });

  test('gets the tokens of the whole text where a template ends as the first question begins', async () => {
    const template = `{{ 'the' }}{% for m in messages %}{{ ' t' + m.content + '<|im_end|>' }}{% endfor %}`;
    const entry: GgufEntry = { key: 'tokenizer.chat_template', type: 'string', value: template };
    const { basePath } = await writeTestSystem(folder.file('merged.gguf'), { entries: [entry] });
    const { model, vocabulary } = await open(basePath);
    const { tokens } = await vocabulary.encodeSample(answered(ask('he'), 'x'), {
      lossOn: 'answers',
    });
    // " the" is one token, although its first two letters are the template's.
    expect(tokens).toEqual(model.tokenize('the the<|im_end|> tx<|im_end|>', true));
    expect(tokens).toContain(tinyTokens.indexOf('Ġthe'));
  });

  // llama.cpp would make one token of the end of the prompt and the start of the answer. A chat
  // cannot: its prompt is tokens already when the model writes the first of the answer.
  test('an answer has the tokens that a chat can write behind its prompt, not those of the whole text', async () => {
    const template = `{% for m in messages %}{{ ' t' + m.content + '<|im_end|>' }}{% endfor %}{% if add_generation_prompt %}{{ ' t' }}{% endif %}`;
    const entry: GgufEntry = { key: 'tokenizer.chat_template', type: 'string', value: template };
    const { basePath } = await writeTestSystem(folder.file('cut.gguf'), { entries: [entry] });
    const { model, vocabulary } = await open(basePath);
    const { tokens, trained } = await vocabulary.encodeSample(answered(ask('x'), 'he'), {
      lossOn: 'answers',
    });
    const { tokens: prompt } = await vocabulary.encodePrompt(ask('x'));
    const answer = [...model.tokenize('he'), tinyTokens.indexOf('<|im_end|>')];
    expect(tokens).toEqual([...prompt, ...answer]);
    expect(tokens.filter((_, index) => trained[index] === 1)).toEqual(answer);
    expect(model.tokenize(' tx<|im_end|> the<|im_end|>', true)).not.toEqual(tokens);
  });

  test('text that the prompt opens the thinking with comes in front of the first word of the answer', async () => {
    const { template } = droppingFixture;
    const entry: GgufEntry = { key: 'tokenizer.chat_template', type: 'string', value: template };
    const { basePath } = await writeTestSystem(folder.file('opens.gguf'), { entries: [entry] });
    const { model, vocabulary } = await open(basePath);
    const { tokens, opening } = await vocabulary.encodePrompt(ask('<think>'));
    expect(model.detokenize(tokens, true)).toBe('<|user|><think><|assistant|><think>\n');
    expect(opening).toBe('<think>\n');
    const stream = new TextStream(model, opening);
    const told = model.tokenize('Hm').map((token) => stream.push(token));
    expect([stream.text, told.join(''), stream.flush()]).toEqual(['<think>\nHm', stream.text, '']);
  });

  test('streamed text never contains half a character', async () => {
    const { basePath } = await writeTestSystem(folder.file('bytes.gguf'));
    const { model } = await open(basePath);
    const text = 'Grüße 👩🏽‍🚀 日本 ñ';
    const stream = new TextStream(model);
    const pieces = model.tokenize(text).map((token) => stream.push(token));
    expect(pieces.join('') + stream.flush()).toBe(text);
    expect(pieces.join('')).not.toContain('\uFFFD');
    expect(stream.text).toBe(text);
  });

  test('bytes that never become a character are shown, not held back for ever', async () => {
    const { basePath } = await writeTestSystem(folder.file('bytes.gguf'));
    const { model } = await open(basePath);
    const [half] = model.tokenize('ü');
    const stream = new TextStream(model);
    if (half !== undefined) stream.push(half);
    expect(stream.flush()).toBe('\uFFFD');
  });
});

describe('a SentencePiece vocabulary', () => {
  // Gemma's puts no space in front of a text, the others do.
  test.each([true, false])(
    'gets the tokens of the whole text, with a space in front: %s',
    async (value) => {
      const path = folder.file(`sentencepiece-${value}.gguf`);
      const prefix: GgufEntry = { key: 'tokenizer.ggml.add_space_prefix', type: 'bool', value };
      await writeGguf(path, { metadata: [...sentencePieceModel(), prefix], tensors: [] });
      const { model, vocabulary } = await open(path);
      const history = [...answered(ask('Hi'), 'Yo'), ...ask('Hi')];
      const { tokens, trained } = await vocabulary.encodeSample(answered(history, 'Yo'), {
        lossOn: 'answers',
      });
      const whole = '<s>[INST] Hi [/INST] Yo</s><s>[INST] Hi [/INST] Yo</s>';
      expect(tokens).toEqual(model.tokenize(whole, true));
      const targets = tokens.filter((_, index) => trained[index] === 1);
      const answer = model.tokenize(value ? 'Yo</s>' : ' Yo</s>', true);
      expect(targets).toEqual([...answer, ...answer]);
      const { tokens: prompt } = await vocabulary.encodePrompt(history);
      expect(tokens.slice(0, prompt.length)).toEqual(prompt);
    },
  );

  // llama.cpp strips white space behind the special tokens of Phi-3, which it knows by name.
  test('gets the tokens of the whole text where a special token swallows the line break', async () => {
    const path = folder.file('phi.gguf');
    const special = ['<|endoftext|>', '<|user|>', '<|assistant|>', '<|end|>'];
    const template =
      "{% for m in messages %}{{ '<|' + m.role + '|>\\n' + m.content + '<|end|>\\n' }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% endif %}";
    const metadata = sentencePieceModel(special, template);
    const name: GgufEntry = { key: 'general.name', type: 'string', value: 'Phi-3 tiny' };
    await writeGguf(path, { metadata: [name, ...metadata], tensors: [] });
    const { model, vocabulary } = await open(path);
    const history = [...answered(ask('Hi Yo'), 'Yo'), ...ask('Hi')];
    const { tokens } = await vocabulary.encodeSample(answered(history, 'Yo'), {
      lossOn: 'answers',
    });
    const whole =
      '<|user|>\nHi Yo<|end|>\n<|assistant|>\nYo<|end|>\n' +
      '<|user|>\nHi<|end|>\n<|assistant|>\nYo<|end|>\n';
    const all = model.tokenize(whole, true);
    expect(tokens.slice(1)).toEqual(all);
    const { tokens: prompt } = await vocabulary.encodePrompt(history);
    expect(tokens.slice(0, prompt.length)).toEqual(prompt);
  });

  test('keeps a typed </s> in pieces', async () => {
    const path = folder.file('sentencepiece.gguf');
    await writeGguf(path, { metadata: sentencePieceModel(), tensors: [] });
    const { model, vocabulary } = await open(path);
    const { tokens } = await vocabulary.encodeSample(answered(ask('Hi</s>'), 'Yo'), {
      lossOn: 'answers',
    });
    expect(tokens.filter((token) => token === model.tokens.eos)).toHaveLength(1);
  });
});

/** A vocabulary as Llama 2 has it: control tokens, bytes, pieces with scores, a space in front. */
function sentencePieceModel(special: string[] = [], chatTemplate?: string): GgufEntry[] {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  const pieces = ['▁', 'H', 'i', 'Y', 'o', '[', ']', '/', 'I', 'N', 'S', 'T', '<', '>', 's'];
  const merged = ['▁Y', '▁Yo', '▁H', '▁Hi', 'Hi', 'Yo', '▁[', 'IN', 'ST', 'INST'];
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...pieces, ...merged, ...special];
  const types = tokens.map((token, index) =>
    special.includes(token) ? 3 : ([2, 3, 3][index] ?? (index < 259 ? 6 : 1)),
  );
  const template =
    "{% for m in messages %}{% if m.role == 'user' %}{{ bos_token + '[INST] ' + m.content + ' [/INST]' }}" +
    "{% else %}{{ ' ' + m.content + eos_token }}{% endif %}{% endfor %}";
  return [
    { key: 'general.architecture', type: 'string', value: 'llama' },
    { key: 'llama.context_length', type: 'u32', value: 128 },
    { key: 'llama.embedding_length', type: 'u32', value: 32 },
    { key: 'llama.block_count', type: 'u32', value: 1 },
    { key: 'llama.feed_forward_length', type: 'u32', value: 32 },
    { key: 'llama.attention.head_count', type: 'u32', value: 1 },
    { key: 'llama.attention.layer_norm_rms_epsilon', type: 'f32', value: 1e-5 },
    { key: 'tokenizer.ggml.model', type: 'string', value: 'llama' },
    { key: 'tokenizer.ggml.tokens', type: 'array', elementType: 'string', value: tokens },
    {
      key: 'tokenizer.ggml.scores',
      type: 'array',
      elementType: 'f32',
      value: tokens.map((_, index) => -index),
    },
    { key: 'tokenizer.ggml.token_type', type: 'array', elementType: 'i32', value: types },
    { key: 'tokenizer.ggml.bos_token_id', type: 'u32', value: 1 },
    { key: 'tokenizer.ggml.eos_token_id', type: 'u32', value: 2 },
    { key: 'tokenizer.ggml.add_bos_token', type: 'bool', value: true },
    { key: 'tokenizer.chat_template', type: 'string', value: chatTemplate ?? template },
  ];
}

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
  const model = await loadModel(runtime, path, options);
  opened.push(model);
  return new Vocabulary(model, await readGguf(path), { templates });
}

const turns = [...ask('A'), { role: 'assistant' as const, content: 'B' }];

test('without a template every turn ends with the token that is reserved for it, not with EOS', async () => {
  const vocabulary = await withoutTemplate('reserved.gguf', []);
  const { tokens, trained } = await vocabulary.encodeSample(turns, { lossOn: 'answers' });
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
  expect((await vocabulary.encodeSample(turns, { lossOn: 'answers' })).tokens).toEqual([
    65,
    eos,
    66,
    eos,
  ]);
});

test('a file that carries the template of a run without one has the tokens of that run', async () => {
  const trained = await withoutTemplate('trained.gguf', []);
  const { chatTemplate = '', endOfTurnId = -1 } = trained.carried ?? {};
  const exported = await withoutTemplate('exported.gguf', [
    { key: 'tokenizer.chat_template', type: 'string', value: chatTemplate },
    { key: 'tokenizer.ggml.eot_token_id', type: 'u32', value: endOfTurnId },
  ]);
  expect(await exported.encodeSample(turns, {})).toEqual(await trained.encodeSample(turns, {}));
  expect(await exported.encodePrompt(ask('A'))).toEqual(await trained.encodePrompt(ask('A')));
  expect(endOfTurnId).toBe(tinyTokens.indexOf('<|im_end|>'));
  expect(exported.carried).toBeNull();
});

test('the BOS that llama.cpp writes by itself is not in the text of a conversation', async () => {
  const path = folder.file('with-bos.gguf');
  await writeGguf(path, { metadata: sentencePieceModel(), tensors: [] });
  const { vocabulary } = await open(path);
  const asked = await vocabulary.render([...turns, ...ask('C')], true);
  expect(asked.map(({ text }) => text).join('')).toBe('[INST] A [/INST] B</s><s>[INST] C [/INST]');
});
