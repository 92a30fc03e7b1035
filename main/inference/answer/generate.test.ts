import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Sampling } from '../../../shared/domain/identity.ts';
import type { Answer, GenerateItem, SystemFiles } from '../../engines/protocol/inference.ts';
import { startInference } from '../../engines/start-engines.ts';
import { ask, createTestFolder, greedy, sampled, writeTestSystem } from '../testing/test-system.ts';
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

async function generate(sampling: Sampling, parallel: number, asked: GenerateItem[], own = system) {
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

// A batch rounds differently, and a sampled token of a random model can hang on the last digit: a
// generator that two answers share would change every one of them, not two.
test.each([
  ['greedy', greedy, 5],
  ['sampled', sampled, 4],
])('%s answers do not depend on the batch around them', async (_, sampling, leastEqual) => {
  const asked = items(6);
  const single = await generate(sampling, 1, asked);
  const batched = await generate(sampling, 4, asked);
  expect(batched.size).toBe(6);
  let equal = 0;
  for (const { key, messages } of asked) {
    const { output, identity } = single.get(key) ?? {};
    if (batched.get(key)?.output === output) equal += 1;
    expect(batched.get(key)?.identity).toEqual({ ...identity, parallel: 4 });
    // What an answer says of itself is enough to have it again.
    const own = identity?.sampling ?? sampling;
    const alone = await engine.request('chat', { system, messages, sampling: own });
    expect(alone.output).toBe(output);
  }
  const seeds = [...single.values()].map(({ identity }) => identity.sampling.seed);
  expect(new Set(seeds).size).toBe(6);
  expect(equal).toBeGreaterThanOrEqual(leastEqual);
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
