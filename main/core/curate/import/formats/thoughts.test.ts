import { expect, test } from 'vitest';
import { splitThinking } from '../../../../../shared/template/thinking.ts';
import { FixtureFolder, importAll } from '../../testing/import-fixtures.ts';

async function importRecord(record: object) {
  using folder = new FixtureFolder();
  return await importAll({ path: folder.write('r.jsonl', JSON.stringify(record)) });
}

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string, more: object = {}) => ({ role: 'assistant', content, ...more });

test.each([
  [{ messages: [user('q'), assistant('a', { reasoning_content: 'because\n' })] }],
  [{ messages: [user('q'), assistant('a', { thinking: '<think>\nbecause\n</think>' })] }],
  [{ messages: [user('q'), assistant('<think>because</think>a', { reasoning: 'because' })] }],
  [{ messages: [user('q'), assistant('<think>\n\n</think>\n\na', { reasoning: 'because' })] }],
  [
    {
      messages: [
        user('q'),
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'because' }] },
            { type: 'text', text: 'a' },
          ],
        },
      ],
    },
  ],
  [{ instruction: 'q', reasoning_content: 'because', output: 'a' }],
  [{ Question: 'q', Complex_CoT: 'because', Response: 'a' }],
])('a thought beside an answer stands before it, as models write it: %j', async (record) => {
  const { samples, badLines, counts } = await importRecord(record);
  expect(badLines).toEqual([]);
  expect(counts.ignoredFields).toEqual({});
  const { content = '' } = samples[0]?.messages[1] ?? {};
  expect(splitThinking(content)).toEqual({ thinking: 'because', answer: 'a', isOpen: false });
});

test.each([
  [{ content: '', reasoning: 'r' }, 'message 2 has a thought and no answer'],
  [
    { content: '<think>s</think>a', reasoning: 'r' },
    'message 2 has a thought beside its text and another in it',
  ],
  [
    { content: 'a', reasoning: 'r </think> s' },
    'the thought of message 2 has a <think> mark in the midst of it',
  ],
  [{ content: 'a', reasoning: ['r'] }, 'reasoning of message 2 is a list, expected text'],
])('an answer whose thought cannot be told from it is refused: %j', async (turn, message) => {
  const record = { messages: [user('q'), { role: 'assistant', ...turn }] };
  const { badLines } = await importRecord(record);
  expect(badLines).toEqual([{ line: 1, message }]);
});

const ignoredOf = async (record: object) => (await importRecord(record)).counts.ignoredFields;

test('a thought of a question or one that is no text is named as a field that was not read', async () => {
  const asked = { messages: [{ ...user('q'), reasoning: 'r' }, assistant('a')] };
  expect(await ignoredOf(asked)).toEqual({ 'reasoning of a turn': 1 });
  const pair = { question: 'q', answer: 'a', reasoning: { steps: 3 } };
  expect(await ignoredOf(pair)).toEqual({ reasoning: 1 });
});
