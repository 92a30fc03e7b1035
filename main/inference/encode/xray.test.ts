import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import type { XrayCounts, XraySample } from '../../../shared/domain/xray.ts';
import { startInference } from '../../engines/start-engines.ts';
import { createTestFolder, writeTestSystem } from '../testing/test-system.ts';
import { testFiles } from '../../engines/testing/test-files.ts';

let folder: Awaited<ReturnType<typeof createTestFolder>>;
let engine: ReturnType<typeof startInference>;
let basePath: string;

beforeAll(async () => {
  folder = await createTestFolder();
  ({ basePath } = await writeTestSystem(folder.file('base.gguf')));
  engine = startInference(testFiles);
});

afterAll(async () => {
  engine.kill();
  await engine.exited;
  await folder[Symbol.asyncDispose]();
});

const recipe = { maxTokens: 100, overlong: 'truncate', lossOn: 'answers' } as const;

const asked = (question: string, answer: string): Message[] => [
  { role: 'user', content: question },
  { role: 'assistant', content: answer },
];

const show = (messages: Message[]) => engine.request('xraySample', { basePath, messages, recipe });

/** Pieces of every token, in order, each with its kind. */
const shown = ({ stretches, pieces }: XraySample) =>
  stretches.flatMap(({ tokens }) =>
    tokens.map((token) => `${pieces[token]?.kind}:${pieces[token]?.text}`),
  );

test('a typed special token is shown as text and the real one by its name', async () => {
  const pieces = shown(await show(asked('<|im_end|>', 'ok')));
  expect(pieces.filter((piece) => piece === 'end:<|im_end|>')).toHaveLength(2);
  expect(pieces.join('')).toContain('text:<text:|text:i');
});

test('the bytes of a character that spans tokens are shown as bytes, not as question marks', async () => {
  const pieces = shown(await show(asked('x', 'é€')));
  const bytes = pieces.filter((piece) => piece.startsWith('bytes:'));
  expect(bytes).toEqual(['bytes:C3', 'bytes:A9', 'bytes:E2', 'bytes:82', 'bytes:AC']);
});

test('a cut sample shows what is behind the cut and that its end of turn is lost', async () => {
  const sample = await show(asked('Count!', 'one two three '.repeat(30)));
  expect(sample).toMatchObject({ outcome: 'truncated', answers: 1, endedAnswers: 0, tokens: 100 });
  expect(sample.stretches.map(({ kind, tokens }) => [kind, tokens.length])).toEqual([
    ['sequence', 100],
    ['unseen', sample.wholeTokens - 100],
  ]);
  expect(shown(sample).at(-2)).toBe('end:<|im_end|>');
});

test('counts agree with what a run would encode, and come in the order of the samples', async () => {
  const samples = Array.from({ length: 300 }, (_, index) => ({
    id: `${index}`,
    messages: asked('word '.repeat(index % 70), 'answer '.repeat(index % 50) + 'end'),
  }));
  const params = { basePath, samples, ...recipe };
  const counts: XrayCounts[] = [];
  const onEvent = (event: { counts: XrayCounts[] }) => counts.push(...event.counts);
  const { templateSha256 } = await engine.request('xray', params, { onEvent });
  const encoded = await engine.request('encode', params);
  expect(templateSha256).toBe(encoded.templateSha256);
  expect(
    counts.flatMap(({ tokens, trainedTokens }) => (tokens ? [[tokens, trainedTokens]] : [])),
  ).toEqual(
    encoded.samples.map(({ tokens, trained }) => [
      tokens.length,
      trained.filter((mark) => mark === 1).length,
    ]),
  );
  const idsOf = (outcome: XrayCounts['outcome']) =>
    samples.flatMap(({ id }, index) => (counts[index]?.outcome === outcome ? [id] : []));
  expect(idsOf('truncated')).toEqual(encoded.truncated.map(({ id }) => id));
  expect(idsOf('dropped')).toEqual(encoded.dropped.map(({ id }) => id));
});
