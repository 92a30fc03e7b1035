import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import { tinyTokens } from '../../gguf/tiny/tiny-vocabulary.ts';
import type { EncodeParams, EncodeResult } from '../../engines/protocol/inference.ts';
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

const encode = (messages: Message[], changes: Partial<EncodeParams> = {}) =>
  engine.request('encode', {
    basePath,
    samples: [{ id: 'long', messages }],
    maxTokens: 100,
    overlong: 'split',
    lossOn: 'answers',
    droppedThinking: 'perAnswer',
    chatTemplate: '',
    ...changes,
  });

const turns = (...contents: string[]): Message[] =>
  contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));

const textOf = (tokens: Int32Array) =>
  [...tokens]
    .map((token) => tinyTokens[token] ?? '')
    .join('')
    .replaceAll('Ġ', ' ')
    .replaceAll('Ċ', '\n');

/** The trained tokens of every sequence, one behind the other, as text. */
const trainedText = ({ samples }: EncodeResult) =>
  samples
    .map(({ tokens, trained }) => textOf(tokens.filter((_, index) => trained[index] === 1)))
    .join('');

const longAnswer = Array.from({ length: 80 }, (_, index) => `word${index}`).join(' ');

test('a long dialogue splits between its questions, each sequence a conversation of its own', async () => {
  const dialogue = turns(
    'one? '.repeat(5),
    'first',
    'two? '.repeat(5),
    'second',
    'three?',
    'third',
  );
  const messages: Message[] = [{ role: 'system', content: 'Be brief.' }, ...dialogue];
  const { samples, split } = await encode(messages);
  const texts = samples.map(({ tokens }) => textOf(tokens));
  expect(split).toEqual([{ id: 'long', tokens: expect.any(Number), sequences: 2 }]);
  expect(samples.map(({ id }) => id)).toEqual(['long#1', 'long#2']);
  expect(texts.map((text) => text.startsWith('<|im_start|>system\nBe brief.'))).toEqual([
    true,
    true,
  ]);
  expect(texts[0]).toContain('first<|im_end|>');
  expect(texts[0]).not.toContain('second');
  expect(texts[1]).toMatch(/second<\|im_end\|>[^]*third<\|im_end\|>/);
});

test('an answer that is too long for one sequence is trained once, in windows with masked context', async () => {
  const messages = turns('Count!', longAnswer);
  const result = await encode(messages);
  expect(result.samples.length).toBeGreaterThan(3);
  expect(trainedText(result)).toBe(`${longAnswer}<|im_end|>`);
  const [first, second] = result.samples;
  if (!first || !second) throw new Error('The answer was not split');
  expect(first.tokens.slice(-25)).toEqual(second.tokens.slice(0, 25));
  expect(second.trained.indexOf(1)).toBe(25);
});

test('no sequence is longer than the limit, and nothing trained is lost or trained twice', async () => {
  const messages: Message[] = [
    { role: 'system', content: 'Answer at length.' },
    ...turns('short?', 'yes', `long? ${longAnswer}`, longAnswer, 'again?', 'no', 'end?', 'bye'),
  ];
  const whole = await encode(messages, { maxTokens: 512 });
  const split = await encode(messages, { maxTokens: 64 });
  expect(Math.max(...split.samples.map(({ tokens }) => tokens.length))).toBeLessThanOrEqual(64);
  expect(trainedText(split)).toBe(trainedText(whole));
  const all = await encode(messages, { maxTokens: 64, lossOn: 'all' });
  expect(all.samples.length).toBeGreaterThan(split.samples.length);
  expect(trainedText(all).match(/Answer at length/g)).toHaveLength(1);
});

test('a window of a question alone is no sample, because nothing in it is trained', async () => {
  const result = await encode(turns(longAnswer, 'short'));
  expect(result.samples).toHaveLength(1);
  expect(trainedText(result)).toBe('short<|im_end|>');
});

test('a sample that is too long is left out and listed when that was asked for', async () => {
  const { samples, truncated, dropped } = await encode(turns('Count!', longAnswer), {
    overlong: 'drop',
  });
  expect({ samples, truncated }).toEqual({ samples: [], truncated: [] });
  expect(dropped).toEqual([
    { id: 'long', reason: expect.stringMatching(/^its \d+ tokens are more than 100$/) },
  ]);
});
