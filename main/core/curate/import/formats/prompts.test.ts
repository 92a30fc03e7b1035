import { expect, test } from 'vitest';
import { FixtureFolder } from '../../testing/import-fixtures.ts';
import { readPrompts } from './prompts.ts';

async function promptsOf(text: string, compression: 'plain' | 'gzip' = 'plain') {
  using folder = new FixtureFolder();
  return await readPrompts(folder.write('prompts', text, compression));
}

const user = (content: string) => ({ role: 'user', content });

test('every field that can hold a prompt is read, and an answer is kept as expected', async () => {
  const records = [
    { prompt: 'Name a tree.', expected: 'Oak' },
    { prompt: [user('Name a bird.')], completion: 'Wren' },
    {
      messages: [{ role: 'system', content: 'S' }, user('q'), { role: 'assistant', content: 'a' }],
    },
    { instruction: 'Add.', input: '1 and 2', output: '3' },
    { conversations: ['Name a fish.'], source: '' },
    {
      conversations: [
        { from: 'human', value: 'q' },
        { from: 'gpt', value: 'a' },
      ],
    },
  ];
  const expected = [
    { messages: [user('Name a tree.')], expected: 'Oak' },
    { messages: [user('Name a bird.')], expected: 'Wren' },
    { messages: [{ role: 'system', content: 'S' }, user('q')], expected: 'a' },
    { messages: [user('Add.\n\n1 and 2')], expected: '3' },
    { messages: [user('Name a fish.')] },
    { messages: [user('q')], expected: 'a' },
  ];
  const lines = records.map((record) => JSON.stringify(record)).join('\n');
  expect(await promptsOf(lines, 'gzip')).toEqual({
    prompts: expected,
    read: 6,
    unusable: 0,
    badLines: [],
    badLinesTotal: 0,
  });
  expect(await promptsOf(JSON.stringify(records, null, 1))).toEqual({
    prompts: expected,
    read: 6,
    unusable: 0,
    badLines: [],
    badLinesTotal: 0,
  });
});

test('plain text is one prompt a line, also when a line starts with a bracket', async () => {
  const text = '[Task] Write a haiku.\r\n\r\n{draft} Finish this.\n';
  expect(await promptsOf(text)).toEqual({
    prompts: [
      { messages: [user('[Task] Write a haiku.')] },
      { messages: [user('{draft} Finish this.')] },
    ],
    read: 2,
    unusable: 0,
    badLines: [],
    badLinesTotal: 0,
  });
});

test('records without a question are reported by line', async () => {
  const lines = [
    '{"prompt": "ok"}',
    '{"text": "x"}',
    '{"prompt": ',
    '{"messages": []}',
    '{"prompt": " "}',
  ];
  const { prompts, badLines } = await promptsOf(lines.join('\n'));
  expect(prompts).toHaveLength(1);
  expect(badLines.map(({ line, message }) => `${line} ${message}`)).toEqual([
    '2 there is none of the fields "prompt", "messages", "instruction", "conversations" and "turns"',
    expect.stringMatching(/^3 not valid JSON/),
    '4 there is no question to answer',
    '5 the prompt is empty',
  ]);
});

test('user turns with no answer between them are a dialogue, and others are one if asked for', async () => {
  const records = [
    { question_id: 81, category: 'writing', turns: ['Name a tree.', 'Another?'] },
    { system: 'S', messages: [user('q'), user('r')] },
    { conversations: ['a', 'b', 'c', 'd'], source: 'multi_turn' },
    { turns: ['q', ' '] },
  ];
  const text = records.map((record) => JSON.stringify(record)).join('\n');
  const { prompts, badLines } = await promptsOf(text);
  const assistant = { role: 'assistant', content: 'b' };
  expect(prompts).toEqual([
    { messages: [user('Name a tree.'), user('Another?')], tags: ['writing'] },
    { messages: [{ role: 'system', content: 'S' }, user('q'), user('r')] },
    { messages: [user('a'), assistant, user('c')], expected: 'd', source: 'multi_turn' },
  ]);
  expect(badLines).toEqual([{ line: 4, message: 'user turn 2 is empty' }]);
  using folder = new FixtureFolder();
  const all = await readPrompts(folder.write('prompts', text, 'plain'), { asDialogues: true });
  expect(all.prompts[2]).toEqual({
    messages: [user('a'), user('c')],
    expected: 'd',
    source: 'multi_turn',
  });
});

test('tags, category, licence and source are read where a record says them', async () => {
  const lines = [
    { prompt: 'a', tags: ['sensitive', ' art ', 'a,b', 7], license: 'MIT', source: 'here' },
    { prompt: 'b', category: 'writing', metadata: { licence: 'CC0', url: 'https://x.org' } },
    { instruction: 'c', dataset: 'helpful_base', sensitive: true, source: '' },
  ].map((record) => JSON.stringify(record));
  const { prompts } = await promptsOf(lines.join('\n'));
  expect(prompts).toEqual([
    { messages: [user('a')], tags: ['sensitive', 'art'], license: 'MIT', source: 'here' },
    { messages: [user('b')], tags: ['writing'], license: 'CC0', source: 'https://x.org' },
    { messages: [user('c')], tags: ['helpful_base', 'sensitive'] },
  ]);
});

test('a table has a prompt in each row, by the names of its columns', async () => {
  using folder = new FixtureFolder();
  const text = 'Prompt;expected;tags\n"one;\nmore";1;x,y\n;2;\ntwo;;\n';
  const { prompts, badLines } = await readPrompts(folder.write('p.csv', text, 'plain'));
  expect(prompts).toEqual([
    { messages: [user('one;\nmore')], expected: '1', tags: ['x', 'y'] },
    { messages: [user('two')] },
  ]);
  expect(badLines).toEqual([{ line: 4, message: 'the prompt is empty' }]);
});
