import { expect, test } from 'vitest';
import { FixtureFolder, importAll } from '../../testing/import-fixtures.ts';

async function importText(name: string, text: string, source?: string) {
  using folder = new FixtureFolder();
  const path = folder.write(name, text);
  return await importAll(source === undefined ? { path } : { path, source });
}

const lines = (records: readonly unknown[]) =>
  records
    .map((record) => (typeof record === 'string' ? record : JSON.stringify(record)))
    .join('\n');

const user = (content: unknown) => ({ role: 'user', content });
const assistant = (content: unknown, more: object = {}) => ({
  role: 'assistant',
  content,
  ...more,
});
const turn = (from: string, value: string) => ({ from, value });

test('OpenAI messages: system is kept, developer merged, texts joined, weight 0 kept', async () => {
  const text = lines([
    {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'developer', content: 'Be kind.' },
        user([
          { type: 'text', text: 'Name ' },
          { type: 'text', text: 'a tree.' },
        ]),
        assistant('Oak?', { weight: 0 }),
        user('Another.'),
        assistant('Elm.', { weight: 1 }),
      ],
    },
  ]);
  const { samples } = await importText('trees.jsonl', text);
  expect(samples).toEqual([
    {
      messages: [
        { role: 'system', content: 'Be brief.\n\nBe kind.' },
        { role: 'user', content: 'Name a tree.' },
        { role: 'assistant', content: 'Oak?', weight: 0 },
        { role: 'user', content: 'Another.' },
        { role: 'assistant', content: 'Elm.', weight: 1 },
      ],
      source: 'trees',
      provenance: { file: 'trees.jsonl', line: 1 },
      flags: [],
    },
  ]);
});

test('OpenAI messages that cannot be trained on are skipped with their line and reason', async () => {
  const call = { role: 'assistant', content: null, tool_calls: [{ id: '1' }] };
  const good = { messages: [user('Hi'), assistant('Hello')] };
  const image = { type: 'image_url', image_url: {} };
  const { samples, badLines } = await importText(
    'chat.jsonl',
    lines([
      good,
      { messages: [user('Look it up'), call, { role: 'tool', content: '42' }] },
      { messages: [user([image]), assistant('A cat')] },
      '{"messages": [',
      { messages: [user('Hi'), user('again'), assistant('Hello')] },
      { messages: [user('Hi'), { role: 'toString', content: 'x' }] },
      { messages: [user('only a question')] },
      { messages: [user('Hi'), assistant(null)] },
      { messages: 'none' },
      [1],
      good,
    ]),
  );
  expect(samples.map((sample) => sample.provenance.line)).toEqual([1, 11]);
  expect(badLines.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '2 message 2 is a tool call; tool calls cannot be trained on',
    '3 message 1 has a part of type "image_url"; only text is read',
    expect.stringMatching(/^4 not valid JSON: /),
    '5 turn 2 is by the user, expected the assistant',
    '6 message 2 has the unknown role "toString"',
    '7 there is no answer; import it as a prompt set',
    '8 the content of message 2 is null, expected text',
    '9 "messages" is of type string, expected a list',
    '10 the record is of type number, expected an object',
  ]);
});

test('Alpaca: the input follows the instruction, history and system come first', async () => {
  const text = JSON.stringify([
    { instruction: 'Add.', input: '2 and 3', output: '5', system: 'Count.', history: [['a', 'b']] },
    { instruction: 'Greet.', input: '', output: 'Hello.' },
    { instruction: 'Greet.', output: '' },
  ]);
  const { samples, badLines } = await importText('alpaca.json', text);
  expect(samples.map((sample) => sample.messages.map((message) => message.content))).toEqual([
    ['Count.', 'a', 'b', 'Add.\n\n2 and 3', '5'],
    ['Greet.', 'Hello.'],
  ]);
  expect(badLines).toEqual([{ line: 1, message: 'turn 2 (assistant) is empty' }]);
});

test('ShareGPT: aliases of speakers are known, system is kept, tool turns are skipped', async () => {
  const text = lines([
    { conversations: [turn('user', 'q'), turn('bing', 'a')], system: 'S' },
    { conversations: [turn('system', 'S'), turn('human', 'q'), turn('chatgpt', 'a')] },
    { conversations: [turn('human', 'q'), turn('function_call', '{}')] },
    { conversations: [turn('gpt', 'a'), turn('human', 'q'), turn('gpt', 'a')] },
  ]);
  const { samples, badLines } = await importText('share.gpt.json', text);
  const spoken = ['system:S', 'user:q', 'assistant:a'];
  expect(samples.map(({ messages }) => messages.map((m) => `${m.role}:${m.content}`))).toEqual([
    spoken,
    spoken,
  ]);
  expect(samples[0]?.source).toBe('share.gpt');
  expect(badLines.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '3 turn 2 is a tool call; tool calls cannot be trained on',
    '4 turn 1 is by the assistant, expected the user',
  ]);
});

test('LIMA: the source is kept, an odd last text cut and flagged, a lone prompt is no sample', async () => {
  const text = lines([
    { conversations: ['q', 'a'], source: 'wiki' },
    { conversations: ['q', 'a', 'left over'], source: '' },
    { conversations: ['q'], source: '' },
  ]);
  const { samples, badLines } = await importText('lima.jsonl.gz', text, 'mine');
  expect(samples.map(({ source, flags }) => [source, flags])).toEqual([
    ['wiki', []],
    [
      'mine',
      [
        {
          rule: 'truncated-conversation',
          scope: 'both',
          reason: 'the last of 3 messages has no answer and was cut',
        },
      ],
    ],
  ]);
  expect(samples[1]?.messages).toHaveLength(2);
  expect(badLines).toEqual([{ line: 3, message: 'there is no answer; import it as a prompt set' }]);
});

test('an unpaired surrogate is replaced on reading, so that the stored text keeps its hash', async () => {
  const { samples } = await importText('a.jsonl', '{"conversations": ["q\\ud800", "a"]}');
  expect(samples[0]?.messages[0]?.content).toBe('q\ufffd');
});

test('elements of an array on one line are told apart by their position', async () => {
  const text = '[{"conversations":["q","a"]},{"conversations":tru},{"conversations":["q","b"]}';
  const { samples, badLines } = await importText('array.json', text);
  expect(samples).toHaveLength(2);
  expect(badLines.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^element 2: not valid JSON/),
    'the JSON array is not closed: the file is cut off or a bracket is missing',
  ]);
});

test('a format that was asked for and does not fit the file is refused', async () => {
  using folder = new FixtureFolder();
  const path = folder.write('a.jsonl', '{"conversations": ["q", "a"]}');
  await expect(importAll({ path, format: 'stack-exchange' })).rejects.toThrow(
    /is JSON and cannot be read as stack-exchange/,
  );
});
