import { expect, test } from 'vitest';
import { FixtureFolder, importAll } from '../../testing/import-fixtures.ts';
import { assistant, importText, lines, turn, user } from '../../testing/record-fixtures.ts';

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
    '2 message 2 has tool_calls; tool calls cannot be trained on',
    '3 message 1 has a part of type image_url; only text is read',
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

test('what Python writes as no number is read as nothing, and only outside of texts', async () => {
  const text =
    '{"prompt":"NaN \\"Infinity\\\\","completion":"a","input":NaN,"score":-Infinity}\n' +
    '{"prompt":"q","completion":NaN,"response":"-Infinity"}\n{"prompt":"q","completion":NaNs}';
  const { samples, badLines } = await importText('p.jsonl', text);
  expect(samples.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
    ['NaN "Infinity\\', 'a'],
    ['q', '-Infinity'],
  ]);
  expect(badLines).toEqual([{ line: 3, message: "not valid JSON: Unexpected token 'N'" }]);
});

test('a field that stands twice refuses its record, at any depth', async () => {
  const text =
    '{"prompt":"p","prompt":"q","completion":"a"}\n' +
    '{"prompt":"p","completion":"a","x":[{"prompt":{},"y":{"prompt":1}}]}\n' +
    '{"messages":[{"role":"user","content":"p","content":"q"}]}\n{"a":1,"\\u0061":2}';
  const { samples, counts } = await importText('p.jsonl', text);
  expect(samples.map(({ provenance }) => provenance.line)).toEqual([2]);
  const reason = 'a field of it stands there twice, and only one of the two would be read';
  expect(counts.unusable).toEqual({ [reason]: 3 });
});

test('files that were put together have byte order marks between their records', async () => {
  const one = `\uFEFF${JSON.stringify({ prompt: 'q', completion: 'a' })}\r\n`;
  const { samples, badLines } = await importText('p.jsonl', one.repeat(3));
  expect([samples.length, badLines]).toEqual([3, []]);
});

test('a format that was asked for and does not fit the file is refused', async () => {
  using folder = new FixtureFolder();
  const path = folder.write('a.jsonl', '{"conversations": ["q", "a"]}');
  await expect(importAll({ path, format: 'stack-exchange' })).rejects.toThrow(
    /is JSON and cannot be read as stack-exchange/,
  );
});

const pairs = {
  'prompt and completion': { prompt: 'q', completion: 'a' },
  'prompt and response': { prompt: 'q', response: 'a' },
  'question and answer': { question: 'q', answer: 'a' },
  'query and answer': { query: 'q', answer: 'a' },
  'input and output': { input: 'q', output: 'a' },
  'inputs and targets': { inputs: 'q', targets: 'a' },
  'Human and GPT': { Human: 'q', GPT: 'a' },
  'instruction and response of Dolly': { instruction: 'q', context: '', response: 'a' },
  'messages of TRL in prompt and completion': {
    prompt: [user('q')],
    completion: [assistant('a')],
  },
  'role and content in conversations': { conversations: [user('q'), assistant('a')] },
  'from and value in messages': { messages: [turn('human', 'q'), turn('gpt', 'a')] },
  'speakers in capitals': { conversations: [turn('Human', 'q'), turn('GPT', 'a')] },
  'one conversation': { conversation: [turn('human', 'q'), turn('gpt', 'a')] },
  'contents with parts': {
    contents: [
      { role: 'user', parts: [{ text: 'q' }] },
      { role: 'model', parts: [{ text: 'a' }] },
    ],
  },
  'names in capitals': { Instruction: 'q', Input: '', Output: 'a' },
  'messages in capitals': { Messages: [{ Role: 'User', Content: 'q' }, turn('GPT', 'a')] },
  'problem and solution, with the bare result beside': { problem: 'q', solution: 'a', answer: '4' },
  'no input, as Alpaca writes it': { instruction: 'q', input: '<noinput>', output: 'a' },
  'texts of UltraChat': { id: '0', data: ['q', 'a'] },
  'items of ShareGPT': { id: 'x', items: [turn('human', 'q'), turn('gpt', 'a')] },
  'a list of turns with no record around it': [turn('human', 'q'), turn('gpt', 'a')],
  'a list of such lists': [[user('q'), assistant('a')]],
  'a chat with senders': {
    chat_messages: [
      { sender: 'human', text: 'q' },
      { sender: 'assistant', text: 'a' },
    ],
  },
  'roles of OASST and Cohere': {
    messages: [
      { role: 'prompter', content: 'q' },
      { role: 'Chatbot', content: 'a' },
    ],
  },
  'parts with value': {
    messages: [user([{ type: 'text', value: 'q' }]), assistant([{ type: 'text', value: 'a' }])],
  },
};

test.each(Object.entries(pairs))('a record is recognized and read: %s', async (_name, record) => {
  const { samples, badLines } = await importText('shapes.jsonl', JSON.stringify(record));
  expect(badLines).toEqual([]);
  expect(samples.map(({ messages }) => messages)).toEqual([[user('q'), assistant('a')]]);
});

async function spoken(record: object): Promise<string[] | undefined> {
  const { samples } = await importText('a.jsonl', JSON.stringify(record));
  return samples[0]?.messages.map(({ role, content }) => `${role}:${content}`);
}

test('a context follows the question, and a system prompt comes first wherever it is', async () => {
  expect(await spoken({ instruction: 'q', context: 'c', response: 'a' })).toEqual([
    'user:q\n\nc',
    'assistant:a',
  ]);
  const expected = ['system:S', 'user:q', 'assistant:a'];
  expect(await spoken({ system_prompt: 'S', question: 'q', response: 'a' })).toEqual(expected);
  expect(await spoken({ system: 'S', messages: [user('q'), assistant('a')] })).toEqual(expected);
  expect(await spoken({ system_prompt: 'S', conversations: ['q', 'a'] })).toEqual(expected);
  const conversation = { conversations: [turn('human', 'q'), turn('gpt', 'a')] };
  for (const system of [
    { system: [{ type: 'text', text: 'S' }] },
    { systemInstruction: { role: 'system', parts: [{ text: 'S' }] } },
    { system_instruction: { parts: [{ text: 'S' }] } },
    { System_Message: 'S' },
  ])
    expect(await spoken({ ...conversation, ...system })).toEqual(expected);
  const twice = [turn('system', 'S'), ...conversation.conversations];
  expect(await spoken({ system: 'S', conversations: twice })).toEqual(expected);
  const sni = { definition: 'q', inputs: 'c', targets: 'a' };
  expect(await spoken(sni)).toEqual(['user:q\n\nc', 'assistant:a']);
  expect(await spoken({ Question: 'q', Context: 'c', Answer: 'a' })).toEqual([
    'user:q\n\nc',
    'assistant:a',
  ]);
});

test('records of several shapes in one file are read each by its own', async () => {
  const records = Object.values(pairs).filter((record) => !Array.isArray(record));
  const { samples, badLines, counts } = await importText('mixed.jsonl', lines(records));
  expect([samples.length, badLines, counts.rows]).toEqual([records.length, [], records.length]);
});
