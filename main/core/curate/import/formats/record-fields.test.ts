import { expect, test } from 'vitest';
import { assistant, importText, lines, turn, user } from '../../testing/record-fixtures.ts';

const labelled = (labels: unknown[]) =>
  lines(labels.map((label, index) => ({ prompt: `${index}`, completion: 'a', label })));

test.each([
  [{ images: ['x.png'] }, 'the record has images; only text is read'],
  [{ tools: [{ name: 'f' }] }, 'the record has tools; tool calls cannot be trained on'],
  [{ label: false }, 'its label is false: the answer is marked as a bad one'],
  [{ kto_tag: 'False' }, 'its kto_tag is false: the answer is marked as a bad one'],
  [{ label: 'undesirable' }, 'its label is undesirable: the answer is marked as a bad one'],
  [{ kto_tag: 0 }, 'its kto_tag is zero: the answer is marked as a bad one'],
  [{ rejected_response: 'b' }, 'it has a rejected answer: preferences cannot be trained on'],
  [{ Images: ['x.png'] }, 'the record has images; only text is read'],
  [{}, 'message 1 has a mark <image>; only text is read'],
  [{ rejected: 'b' }, 'it has a rejected answer: preferences cannot be trained on'],
])('a record with more than text to learn from is refused by name: %j', async (more, message) => {
  const bad = { messages: [user('<image>q'), assistant('a')], ...more };
  const { badLines, counts } = await importText('m.jsonl', JSON.stringify(bad));
  expect(badLines).toEqual([{ line: 1, message }]);
  expect(counts.unusable).toEqual({ [message.replace('1', 'N')]: 1 });
});

test.each([
  [
    { function_call: { name: 'f' } },
    'message 2 has function_call; tool calls cannot be trained on',
  ],
  [{ images: ['x'] }, 'message 2 has images; only text is read'],
  [{ weight: 0.5 }, 'the weight of message 2 is 0.5, expected 0 or 1'],
  [{ train: 'no' }, 'the train of message 2 is "no", expected 0 or 1'],
])('a turn that says more than can be trained is refused by name: %j', async (more, message) => {
  const bad = { messages: [user('q'), assistant('a', more)] };
  const { badLines } = await importText('m.jsonl', JSON.stringify(bad));
  expect(badLines).toEqual([{ line: 1, message }]);
});

test('a number marks a bad answer where all of the labels are 0 or 1, beside prompt and completion', async () => {
  const kto = await importText('kto.jsonl', labelled([1, 0, 1, 0]));
  expect(kto.samples.map(({ provenance }) => provenance.line)).toEqual([1, 3]);
  expect(kto.badLines.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '2 its label is zero: the answer is marked as a bad one',
    '4 its label is zero: the answer is marked as a bad one',
  ]);
  const classes = await importText('classes.jsonl', labelled([1, 0, 2, 0]));
  expect([classes.samples.length, classes.counts.ignoredFields]).toEqual([4, { label: 4 }]);
});

test('an element called image is no mark of a picture, and a field that is false is counted', async () => {
  const feed = 'Why?\n<image>\n<url>u</url>\n</image>';
  const record = { prompt: feed, completion: 'a', is_correct: false, images: false };
  const { samples, counts } = await importText('feed.jsonl', lines([record]));
  expect([samples[0]?.messages[0]?.content, counts.ignoredFields]).toEqual([
    feed,
    { is_correct: 1, images: 1 },
  ]);
});

test('what is empty or allowed is no reason to refuse', async () => {
  const more = { images: [], tools: null, label: true, function_call: null };
  const record = {
    messages: [user('q'), assistant('a', { tool_calls: [], weight: null })],
    ...more,
  };
  expect((await importText('m.jsonl', JSON.stringify(record))).badLines).toEqual([]);
});

test.each([
  [{ weight: 0 }, 0],
  [{ train: false }, 0],
  [{ loss: false }, 0],
  [{ weight: 1 }, 1],
  [{ train: true }, 1],
  [{}, undefined],
])('the loss counts a turn or not, in any format: %j', async (more, weight) => {
  const records = [
    { messages: [user('q'), assistant('a', more)] },
    { conversations: [turn('human', 'p'), { ...turn('gpt', 'a'), ...more }] },
  ];
  for (const record of records) {
    const { samples } = await importText('w.jsonl', JSON.stringify(record));
    expect(samples[0]?.messages[1]?.weight).toBe(weight);
  }
});

test('a record says where it is from, in any format, and fields that nobody read are counted', async () => {
  const file = 'pairs.jsonl';
  const text = lines([
    {
      prompt: 'q',
      completion: 'a',
      source: 'tea',
      category: 'hot',
      id: 7,
      metadata: { url: 'https://tea.example/1', authors: ['Ann'], licence: 'CC0-1.0', votes: 3 },
    },
    { prompt: 'p', completion: 'b', license: 'MIT', url: 'javascript:alert(1)', id: 8, tags: [] },
  ]);
  const { samples, counts } = await importText(file, text);
  expect(samples.map(({ source, provenance }) => [source, provenance])).toEqual([
    ['tea', { url: 'https://tea.example/1', authors: ['Ann'], licence: 'CC0-1.0', file, line: 1 }],
    ['pairs', { licence: 'MIT', file, line: 2 }],
  ]);
  expect(counts.ignoredFields).toEqual({ category: 1, id: 2, 'metadata.votes': 1 });
});
