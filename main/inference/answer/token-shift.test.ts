import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Llama } from 'node-llama-cpp';
import { tinyTokens } from '../../gguf/tiny/tiny-vocabulary.ts';
import { startInference } from '../../engines/start-engines.ts';
import { testFiles } from '../../engines/testing/test-files.ts';
import type { SystemFiles } from '../../engines/protocol/inference.ts';
import type { AskedHashes, TokenLikelihood } from '../../../shared/domain/chat/token-shift.ts';
import { fewShotText, type FewShot } from '../../../shared/domain/few-shot.ts';
import { centredLogitsOf } from '../testing/centred-logits.ts';
import { endLlama, startLlama } from '../testing/start-llama.ts';
import { ask, createTestFolder, withTestAdapter, writeTestSystem } from '../testing/test-system.ts';

let folder: Awaited<ReturnType<typeof createTestFolder>>;
let engine: ReturnType<typeof startInference>;
let base: SystemFiles;
let llama: Llama;

/** What both systems are asked with: "[Pears?]", and the "[" that opens the answer. */
const chatTemplate = '{% for m in messages %}[{{ m.content }}]{% endfor %}';
const prompt = '[Pears?][';
const output = 'On the tréé,\nin <|im_end|> it.';

beforeAll(async () => {
  folder = await createTestFolder();
  base = { ...(await writeTestSystem(folder.file('base.gguf'))), chatTemplate };
  engine = startInference(testFiles);
  llama = await startLlama();
});

afterAll(async () => {
  engine.kill();
  await engine.exited;
  await endLlama(llama);
  await folder[Symbol.asyncDispose]();
});

const measured = (system: SystemFiles, against: SystemFiles | null, signal?: AbortSignal) =>
  engine.request(
    'tokenShift',
    { system, base: against, messages: ask('Pears?'), output },
    signal && { signal },
  );

/** Probabilities of the whole vocabulary at each token of the answer, from one pass over all of it. */
async function computed({ basePath, adapterPath }: SystemFiles) {
  let answer: readonly number[] = [];
  let before = 0;
  const adapter = adapterPath === null ? undefined : { filePath: adapterPath };
  const logits = await centredLogitsOf(llama, basePath, {
    tokenize: (model) => {
      const asked = model.tokenize(prompt);
      const answered = model.tokenize(output);
      before = asked.length;
      answer = answered;
      return [...asked, ...answered];
    },
    adapter,
  });
  const size = logits.length / (before + answer.length);
  return answer.map((token, index) => {
    const start = (before + index - 1) * size;
    const weights = logits.slice(start, start + size).map(Math.exp);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { token, probabilities: weights.map((weight) => weight / sum) };
  });
}

/** Whether it is what was computed, but for the rounding of the engine's key-value cache. */
function isNear(
  found: TokenLikelihood | null | undefined,
  computedOne: Awaited<ReturnType<typeof computed>>[number] | undefined,
): boolean {
  const { token = -1, probabilities = [] } = computedOne ?? {};
  const own = probabilities[token] ?? NaN;
  const above = (limit: number) => 1 + probabilities.filter((value) => value > limit).length;
  if (!found || !(Math.abs(found.probability / own - 1) < 0.03)) return false;
  return found.rank >= above(own * 1.03) && found.rank <= above(own * 0.97);
}

test('each token of an answer is measured behind the same tokens under the system and under its base', async () => {
  const system = await withTestAdapter(base, folder.file('adapter.gguf'), 3);
  const { tokens, totals } = await measured(system, base);
  const [own, bare] = [await computed(system), await computed(base)];
  expect(tokens.map(({ piece }) => piece.kind)).not.toContain('special');
  expect(tokens).toHaveLength(own.length);
  expect(tokens.filter((token, index) => !isNear(token, own[index]))).toEqual([]);
  expect(tokens.filter((token, index) => !isNear(token.base, bare[index]))).toEqual([]);
  expect(totals?.tokens).toBe(bare.length);
  // The two are not the same, or nothing would have been compared.
  expect(tokens.filter((token) => token.rank !== token.base?.rank)).not.toEqual([]);
  // Without its strength an adapter is its base.
  const still = await measured({ ...system, strength: 0 }, base);
  expect(still.tokens.every((token) => token.rank === token.base?.rank)).toBe(true);
});

test('an answer that was asked under another template or behind other examples is refused', async () => {
  const examples: FewShot = { system: '', examples: [{ question: 'Figs?', answer: 'Yes.' }] };
  const params = { system: base, base: null, messages: ask('Pears?'), output };
  const templateSha256 = createHash('sha256').update(chatTemplate).digest('hex');
  const fewShotSha256 = createHash('sha256').update(fewShotText(examples)).digest('hex');
  const measureAsked = (asked: AskedHashes, fewShot?: FewShot) =>
    engine.request('tokenShift', { ...params, system: { ...base, fewShot }, asked });
  const alike = await measureAsked({ templateSha256 });
  expect(alike.tokens).toHaveLength((await measured(base, null)).tokens.length);
  await measureAsked({ templateSha256, fewShotSha256 }, examples);
  const another = 'a'.repeat(64);
  for (const [asked, fewShot, words] of [
    [
      { templateSha256: another },
      undefined,
      /under the chat template aaaaaaaa, and its system has/,
    ],
    [{ templateSha256, fewShotSha256 }, undefined, /behind the examples .* asked without examples/],
    [{ templateSha256 }, examples, /given without examples, .* behind the examples/],
  ] as const)
    await expect(measureAsked(asked, fewShot)).rejects.toMatchObject({
      code: 'ASKED_OTHERWISE',
      message: expect.stringMatching(words),
    });
});

test('a base is measured alone, a model of another vocabulary is no base, and a cancel ends it', async () => {
  const alone = await measured(base, null);
  expect(alone.totals).toBeNull();
  expect(alone.tokens.every((token) => token.base === null)).toBe(true);
  const swapped = [...tinyTokens.slice(0, 2).toReversed(), ...tinyTokens.slice(2)];
  const tokens = { key: 'tokenizer.ggml.tokens', type: 'array', elementType: 'string' } as const;
  const entries = [{ ...tokens, value: swapped }];
  const other = await writeTestSystem(folder.file('other.gguf'), { entries });
  await expect(measured(base, other)).rejects.toMatchObject({
    code: 'MODEL_UNREADABLE',
    message: expect.stringContaining('another vocabulary'),
  });
  const cancelled = measured(base, null, AbortSignal.abort());
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  const empty = await engine.request('tokenShift', {
    system: base,
    base: null,
    messages: ask('Pears?'),
    output: '',
  });
  expect(empty.tokens).toEqual([]);
});
