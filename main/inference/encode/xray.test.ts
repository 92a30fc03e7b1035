import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import { tokenFate, type XrayCounts, type XraySample } from '../../../shared/domain/xray.ts';
import {
  droppingFixture,
  reasoningFixture,
} from '../../../shared/template/testing/template-fixtures.ts';
import type { XrayRecipe } from '../../../shared/domain/xray.ts';
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

const recipe = {
  maxTokens: 100,
  overlong: 'truncate',
  lossOn: 'answers',
  droppedThinking: 'perAnswer',
  chatTemplate: '',
} as const;

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

test('a template of the recipe takes the place of the one in the model, in an X-ray and in a run', async () => {
  const chatTemplate =
    '{% for m in messages %}[{{ m.role }}] {{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}';
  const own = { ...recipe, chatTemplate };
  const messages = asked('Why?', 'So.');
  const sample = await engine.request('xraySample', { basePath, messages, recipe: own });
  const text = shown(sample).map((piece) => piece.replace(/^\w+:/, ''));
  expect(text.join('')).toMatch(/^.*\[user\] Why\?.*\[assistant\] So\./);
  const params = { basePath, samples: [{ id: 'a', messages }] };
  const run = await engine.request('encode', { ...params, ...own });
  expect(run.samples.map(({ tokens }) => [...tokens])).toEqual(
    sample.stretches.map(({ tokens }) => [...tokens]),
  );
  expect(run.templateSha256).toBe(createHash('sha256').update(chatTemplate).digest('hex'));
  // The next question is for the model's own again.
  expect(shown(await show(messages))).not.toEqual(shown(sample));
});

const thought = (thinking: string, answer: string) => `<think>\n${thinking}\n</think>\n\n${answer}`;

const models: Record<string, Promise<string>> = {};
const writeModel = async (template: string) => {
  const path = folder.file(`${template.length}.gguf`);
  const entry = { key: 'tokenizer.chat_template', type: 'string', value: template } as const;
  return (await writeTestSystem(path, { entries: [entry], layers: 1 })).basePath;
};

describe('a template that drops the thinking of earlier answers', () => {
  const dialogue = [
    ...asked('2+2?', thought('two twos', '4')),
    ...asked('And 3+3?', thought('two threes', '6')),
  ];

  /** The trained text of each sequence, and what a run gets of the same sample. */
  const look = async (
    template: string,
    changes: Partial<XrayRecipe> = {},
    messages: Message[] = dialogue,
  ) => {
    const basePath = await (models[template] ??= writeModel(template));
    const own = { ...recipe, maxTokens: 400, ...changes };
    const params = { basePath };
    const sample = await engine.request('xraySample', { ...params, messages, recipe: own });
    const samples = [{ id: 'a', messages }];
    const encoded = await engine.request('encode', { ...params, samples, ...own });
    const sequences = sample.stretches.filter(({ kind }) => kind === 'sequence');
    const trained = sequences.map((stretch) =>
      shown({ ...sample, stretches: [stretch] })
        .filter((_, index) => tokenFate(stretch, index) === 'trained')
        .map((piece) => piece.replace(/^\w+:/, ''))
        .join(''),
    );
    const textOf = ({ tokens }: { tokens: ArrayLike<number> }) =>
      Array.from(tokens, (token) => sample.pieces[token]?.text).join('');
    expect(encoded.samples.map(textOf)).toEqual(sequences.map(textOf));
    return { sample, trained, texts: sequences.map(textOf), encoded };
  };

  test('makes one sample per answer, each with its own thinking and trained on it alone', async () => {
    const { sample, trained, texts, encoded } = await look(reasoningFixture.template);
    expect(trained).toEqual([
      `${thought('two twos', '4')}<|im_end|>`,
      `${thought('two threes', '6')}<|im_end|>`,
    ]);
    expect(texts[1]).toContain('assistant\n4<|im_end|>');
    expect(sample).toMatchObject({ outcome: 'whole', isPerAnswer: true, sequences: 2 });
    expect(sample).toMatchObject({ answers: 2, endedAnswers: 2, remarks: [] });
    expect(sample.stretches.map(({ repeated }) => repeated > 0)).toEqual([false, true]);
    expect(encoded.samples.map(({ id }) => id)).toEqual(['a#1', 'a#2']);
    expect(encoded.perAnswer).toEqual([{ id: 'a', sequences: 2 }]);
    expect(encoded.remarked).toEqual([]);
  });

  test('masks the answers that lose their thinking, or trains them without it, as it is told', async () => {
    const masked = await look(reasoningFixture.template, { droppedThinking: 'mask' });
    expect(masked.trained).toEqual([`${thought('two threes', '6')}<|im_end|>`]);
    expect(masked.sample).toMatchObject({ sequences: 1, answers: 1, endedAnswers: 1 });
    expect(masked.sample.remarks).toMatchObject([{ kind: 'thinking-masked', message: 1 }]);
    const without = await look(reasoningFixture.template, { droppedThinking: 'train' });
    expect(without.trained).toEqual([`4<|im_end|>${thought('two threes', '6')}<|im_end|>`]);
    expect(without.sample.remarks).toMatchObject([{ kind: 'thinking-dropped', message: 1 }]);
  });

  test('trains a question once, with its own answer, where the loss is on every token', async () => {
    const { trained } = await look(reasoningFixture.template, { lossOn: 'all' });
    expect(trained[1]).toMatch(/^\n\S*user\nAnd 3\+3\?/);
    expect(trained[1]).not.toContain('2+2?');
    const masked = await look(reasoningFixture.template, {
      lossOn: 'all',
      droppedThinking: 'mask',
    });
    expect(masked.trained[0]).toMatch(/^\S*user\n2\+2\?\n\S*user\nAnd/);
  });

  test('leaves a sample whole of which only the last answer thinks, or none', async () => {
    for (const first of ['4', '<think>\n\n</think>\n\n4']) {
      const messages = [...asked('2+2?', first), ...dialogue.slice(2)];
      const { sample, encoded } = await look(reasoningFixture.template, {}, messages);
      expect(sample).toMatchObject({ isPerAnswer: false, sequences: 1, answers: 2 });
      expect(encoded.samples.map(({ id }) => id)).toEqual(['a']);
    }
  });

  test('keeps an answer of weight 0 as context of the others', async () => {
    const messages = dialogue.map((turn, index) =>
      index === 1 ? { ...turn, weight: 0 as const } : turn,
    );
    const { trained, sample } = await look(reasoningFixture.template, {}, messages);
    expect(trained).toEqual([`${thought('two threes', '6')}<|im_end|>`]);
    expect(sample).toMatchObject({ isPerAnswer: false, answers: 1 });
  });

  test('has thinking also where it is dropped from the last answer, behind the prompt that opens it', async () => {
    const { trained, texts, sample } = await look(droppingFixture.template);
    expect(trained).toEqual([
      'two twos\n</think>\n\n4<|im_end|>',
      'two threes\n</think>\n\n6<|im_end|>',
    ]);
    expect(texts[1]).toBe(
      '<|user|>2+2?<|assistant|>\n\n4<|im_end|><|user|>And 3+3?<|assistant|><think>\n' +
        'two threes\n</think>\n\n6<|im_end|>',
    );
    expect(sample.remarks).toEqual([]);
    const masked = await look(droppingFixture.template, { droppedThinking: 'mask' });
    expect(masked.trained).toEqual(['two threes\n</think>\n\n6<|im_end|>']);
  });

  test('cuts, splits or drops by the length of each conversation, the longest deciding', async () => {
    const { encoded } = await look(reasoningFixture.template);
    const [first = 0, second = 0] = encoded.samples.map(({ tokens }) => tokens.length);
    const maxTokens = Math.max(first, second) - 2;
    const cut = await look(reasoningFixture.template, { maxTokens });
    expect(cut.sample).toMatchObject({ outcome: 'truncated', sequences: 2, endedAnswers: 1 });
    const left = await look(reasoningFixture.template, { maxTokens, overlong: 'drop' });
    expect(left.sample).toMatchObject({ outcome: 'dropped', sequences: 0 });
    expect(left.encoded).toMatchObject({ samples: [], perAnswer: [] });
    const split = await look(reasoningFixture.template, { maxTokens, overlong: 'split' });
    const each = dialogue.filter(({ role }) => role === 'assistant');
    const wanted = each.map(({ content }) => `${content}<|im_end|>`).join('');
    expect(split.trained.join('')).toBe(wanted);
  });
});
