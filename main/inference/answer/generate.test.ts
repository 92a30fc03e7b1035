import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { behindExamples, fewShotTemplate, fewShotText } from '../../../shared/domain/few-shot.ts';
import type { Sampling } from '../../../shared/domain/identity.ts';
import type { Answer, GenerateItem, SystemFiles } from '../../engines/protocol/inference.ts';
import { startInference } from '../../engines/start-engines.ts';
import type { TinyModelOptions } from '../../gguf/tiny/tiny-model.ts';
import {
  ask,
  createTestFolder,
  greedy,
  sampled,
  withTestAdapter,
  writeTestSystem,
} from '../testing/test-system.ts';
import { quantizeModel } from '../../trainer/weights/quantize-model.ts';
import { testFiles } from '../../engines/testing/test-files.ts';

let folder: Awaited<ReturnType<typeof createTestFolder>>;
let engine: ReturnType<typeof startInference>;
let system: SystemFiles;

beforeAll(async () => {
  folder = await createTestFolder();
  system = await writeTestSystem(folder.file('base.gguf'));
  // On a GPU the sums of a batch are rounded otherwise, and a random model is close to ties.
  vi.stubEnv('LIMA_INFERENCE_DEVICE', 'cpu');
  engine = startInference(testFiles);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  engine.kill();
  await engine.exited;
  await folder[Symbol.asyncDispose]();
});

const items = (count: number): GenerateItem[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `prompt-${index}`,
    messages: ask('word '.repeat(index * 3 + 1)),
    repetition: 0,
  }));

async function generate(
  sampling: Sampling,
  parallel: number | undefined,
  asked: GenerateItem[],
  own = system,
) {
  const answers = new Map<string, Answer>();
  const result = await engine.request(
    'generate',
    { system: own, items: asked, sampling, parallel },
    {
      onEvent: (event) => {
        if (event.type === 'answer') answers.set(event.key, event.answer);
      },
    },
  );
  const failed = [...answers.values()].filter(({ finish }) => finish === 'failed');
  expect(result.answered).toBe(answers.size - failed.length);
  return answers;
}

const gemma3: TinyModelOptions = {
  architecture: 'gemma3',
  headLength: 64,
  kvHeads: 2,
  metadata: { 'attention.sliding_window': 16 },
};
const samplings = [greedy, sampled, { ...sampled, topK: 20, minP: 0.02 }];

// `chat` is node-llama-cpp's own loop. A random model is close to ties, so the last digit of a logit
// shows in a few tokens; quantized weights are multiplied alike, one token at a time or many.
test.each<[string, TinyModelOptions, string | undefined]>([
  ['llama', { architecture: 'llama' }, 'llama'],
  ['qwen3', { architecture: 'qwen3', headLength: 64 }, 'qwen3'],
  ['gemma3', gemma3, undefined],
  ['phi3', { architecture: 'phi3', fusedProjections: true }, undefined],
])(
  '%s: answers side by side have the tokens that node-llama-cpp gives, greedy or sampled',
  async (name, options, adapted) => {
    const exact = folder.file(`${name}.gguf`);
    const path = folder.file(`${name}-q.gguf`);
    const base = await writeTestSystem(exact, options);
    await quantizeModel(exact, path, () => 'Q8_0');
    const baseSha256 = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    const quantized = { ...base, basePath: path, baseSha256 };
    const own =
      adapted === undefined
        ? quantized
        : await withTestAdapter(quantized, folder.file(`${name}-a.gguf`), 3, [], adapted);
    const asked = items(6);
    for (const sampling of samplings) {
      const answers = await generate(sampling, 4, asked, own);
      const seeds = new Set<number>();
      for (const { key, messages } of asked) {
        // What an answer says of itself is enough to have it again.
        const { identity } = answers.get(key) ?? {};
        const chat = { system: own, messages, sampling: identity?.sampling ?? sampling };
        const { output, finish, outputTokens } = await engine.request('chat', chat);
        expect(answers.get(key)).toMatchObject({ output, finish, outputTokens });
        expect(identity?.parallel).toBe(4);
        seeds.add(chat.sampling.seed);
      }
      expect(seeds.size).toBe(asked.length);
    }
  },
);

test.each<[string, TinyModelOptions]>([
  ['F32', { type: 'F32' }],
  ['F16', { type: 'F16' }],
  ['gemma3 with a sliding window', gemma3],
])('an answer is the same however many are made beside it: %s', async (name, options) => {
  const own = await writeTestSystem(folder.file(`${name}.gguf`), options);
  const asked = items(7);
  for (const sampling of samplings) {
    const answers = [];
    for (const parallel of [1, 2, 3, 7]) {
      const made = await generate(sampling, parallel, asked, own);
      answers.push(asked.map(({ key }) => made.get(key)?.output));
    }
    for (const some of answers) expect(some).toEqual(answers[0]);
  }
});

/** Prompts that begin with the same 200 words. */
const alike = (count: number): GenerateItem[] =>
  Array.from({ length: count }, (_, index) => ({
    key: `alike-${index}`,
    messages: ask('same '.repeat(200) + 'word '.repeat(index * 3 + 1)),
    repetition: 0,
  }));

test.each<[string, TinyModelOptions]>([
  ['llama', {}],
  ['F16', { type: 'F16' }],
  ['gemma3 with a sliding window', gemma3],
])('prompts that begin alike have the answers of each asked alone: %s', async (name, options) => {
  const own = await writeTestSystem(folder.file(`alike ${name}.gguf`), options);
  const asked = alike(5);
  for (const parallel of [1, 3]) {
    const together = await generate(sampled, parallel, asked, own);
    for (const item of asked) {
      const alone = await generate(sampled, parallel, [item], own);
      expect(together.get(item.key)?.output).toBe(alone.get(item.key)?.output);
    }
  }
});

test('without a number of sequences as many answer side by side as gain time, and the same', async () => {
  const asked = items(5);
  const measured = await generate(sampled, undefined, asked);
  const single = await generate(sampled, 1, asked);
  for (const { key } of asked) {
    expect(measured.get(key)?.output).toBe(single.get(key)?.output);
    expect(measured.get(key)?.identity.parallel).toBeLessThanOrEqual(5);
  }
});

// llama.cpp takes the long rope factors of phi3 for a whole context that is longer than the original.
test('a long prompt changes nothing for short ones beside it: neither their context nor their answers', async () => {
  const own = await writeTestSystem(folder.file('phi3.gguf'), {
    architecture: 'phi3',
    fusedProjections: true,
    contextLength: 1024,
    layers: 2,
    ropeFactors: ['rope_factors_short', 'rope_factors_long'],
    metadata: { 'rope.scaling.original_context_length': 256 },
  });
  const [first, second] = items(2);
  const long = { key: 'long', messages: ask('word '.repeat(90)), repetition: 0 };
  const asked = [first, long, second].filter((item) => item !== undefined);
  const together = await generate(greedy, 1, asked, own);
  expect(together.get('long')?.promptTokens).toBeGreaterThan(256);
  for (const item of asked) {
    const alone = await generate(greedy, 1, [item], own);
    expect(together.get(item.key)?.output).toBe(alone.get(item.key)?.output);
  }
  expect([...together.values()].map(({ identity }) => identity.parallel)).toEqual([1, 1, 1]);
});

// One of many prompts must never take the others along: neither their answers nor the engine.
test('a prompt that is too long, or that the template refuses, fails alone with its reason', async () => {
  const strict = {
    key: 'tokenizer.chat_template',
    type: 'string',
    value: `{% for m in messages %}{% if 'no' in m.content %}{{ raise_exception('never no') }}{% endif %}{{ m.content }}{{ eos_token }}{% endfor %}`,
  } as const;
  const own = await writeTestSystem(folder.file('strict.gguf'), { entries: [strict] });
  const [first, second] = items(2);
  const bad = ['long '.repeat(300), 'no'].map((text, index) => ({
    key: `bad-${index}`,
    messages: ask(text),
    repetition: 0,
  }));
  const asked = [bad[0], first, bad[1], second].filter((item) => item !== undefined);
  const answers = await generate(greedy, 4, asked, own);
  const alone = await generate(greedy, 4, items(2), own);
  for (const { key } of items(2)) {
    expect(answers.get(key)?.output).toBe(alone.get(key)?.output);
    expect(answers.get(key)?.finish).not.toBe('failed');
  }
  expect(answers.get('bad-0')).toMatchObject({
    finish: 'failed',
    output: expect.stringMatching(/^The prompt has \d+ tokens, and the model's context has 512/),
    outputTokens: 0,
    identity: { baseSha256: own.baseSha256 },
  });
  expect(answers.get('bad-1')).toMatchObject({
    finish: 'failed',
    output: expect.stringContaining('never no'),
  });
  expect([...(await generate(greedy, 2, bad, own)).values()]).toMatchObject([
    { finish: 'failed' },
    { finish: 'failed' },
  ]);
});

test('an end-of-generation token ends the answer and is not part of its text', async () => {
  const wild = { ...sampled, temperature: 5, topP: 1, maxTokens: 400 };
  const answers = [...(await generate(wild, 8, items(12))).values()];
  const stopped = answers.filter(({ finish }) => finish === 'stop');
  expect(stopped.length).toBeGreaterThan(0);
  for (const { output, outputTokens } of stopped) {
    expect(outputTokens).toBeLessThan(400);
    expect(output).not.toContain('<|im_end|>');
  }
});

test('a cancel keeps complete answers, drops incomplete ones and leaves the engine usable', async () => {
  const abort = new AbortController();
  const answers: Answer[] = [];
  const { answered } = await engine.request(
    'generate',
    { system, items: items(30), sampling: { ...greedy, maxTokens: 100 }, parallel: 2 },
    {
      signal: abort.signal,
      onEvent: (event) => {
        if (event.type !== 'answer') return;
        answers.push(event.answer);
        abort.abort();
      },
    },
  );
  expect(answered).toBe(answers.length);
  expect(answered).toBeLessThan(30);
  expect(answers.map(({ finish }) => finish)).not.toContain('cancelled');
  expect((await generate(greedy, 2, items(2))).size).toBe(2);
});

test('prompts of a system with examples are asked behind them, and each answer says so', async () => {
  const plain = await writeTestSystem(folder.file('examples.gguf'), {
    leftOut: ['tokenizer.chat_template'],
  });
  const fewShot = { system: 'Be kind.', examples: [{ question: 'One?', answer: 'Eins.' }] };
  const [first] = items(1);
  if (!first) throw new Error('There is no item');
  const behind = (await generate(greedy, 2, [first], { ...plain, fewShot })).get(first.key);
  const messages = behindExamples(fewShot, first.messages);
  const asText = { ...plain, chatTemplate: fewShotTemplate };
  const written = (await generate(greedy, 2, [{ ...first, messages }], asText)).get(first.key);
  expect(behind).toMatchObject({
    output: written?.output,
    promptTokens: written?.promptTokens,
    identity: { fewShotSha256: createHash('sha256').update(fewShotText(fewShot)).digest('hex') },
  });
  expect(behind?.identity.templateSha256).toBe(written?.identity.templateSha256);
  expect(written?.identity).not.toHaveProperty('fewShotSha256');
});
