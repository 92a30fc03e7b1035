import { describe, expect, test } from 'vitest';
import { RecordProblem } from '../sample/import-error.ts';
import { answerOf } from './answers.ts';

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });
const asked = [user('Why is rain wet?')];
const identity = { baseSha256: 'c0ffee', baseName: 'm', adapterName: 'r · epoch 2' };

// One question and one answer, as each program of the field writes them down.
const shapes: [shape: string, record: object, more?: object][] = [
  ['prompt and output', { prompt: 'Why is rain wet?', output: 'Water.' }],
  ['question and answer', { question: 'Why is rain wet?', answer: 'Water.' }],
  ['instruction and response', { instruction: 'Why is rain wet?', response: 'Water.' }],
  [
    'AlpacaEval model outputs',
    { instruction: 'Why is rain wet?', output: 'Water.', generator: 'gpt4', dataset: 'vicuna' },
    { generator: 'gpt4' },
  ],
  ['messages with a completion', { messages: asked, completion: 'Water.' }],
  ['lists of messages', { prompt: asked, completion: [assistant('Water.')] }],
  ['messages that end with the answer', { messages: [...asked, assistant('Water.')] }],
  ['two texts, as LIMA has them', { conversations: ['Why is rain wet?', 'Water.'], source: 's' }],
  [
    'turns, as ShareGPT has them',
    {
      conversations: [
        { from: 'human', value: 'Why is rain wet?' },
        { from: 'gpt', value: 'Water.' },
      ],
    },
  ],
  [
    'what generate writes, whose system is no system prompt',
    {
      prompt: 'Why is rain wet?',
      output: 'Water.',
      system: '/home/me/m.gguf+run',
      finish: 'stop',
      identity,
    },
    { generator: 'm + r · epoch 2' },
  ],
  [
    'a reference beside the output',
    { question: 'Why is rain wet?', answer: 'Reference.', output: 'Water.', model: 'm' },
    { generator: 'm' },
  ],
  [
    'a place beside the words',
    { prompt: 'Why is rain wet?', output: 'Water.', index: 3 },
    { ordinal: 3 },
  ],
  [
    'an id and no words',
    { prompt_id: '0190-a', output: 'Water.' },
    { asked: undefined, id: '0190-a' },
  ],
  ['a place and no words', { ordinal: 0, output: 'Water.' }, { asked: undefined, ordinal: 0 }],
  ['a number as id and no words', { id: 7, response: 'Water.' }, { asked: undefined, ordinal: 7 }],
];

describe('a row is read as one answer', () => {
  test.each(shapes)('%s', (_, record, more = {}) => {
    expect(answerOf(record, 4)).toEqual({
      line: 4,
      asked,
      id: undefined,
      ordinal: undefined,
      output: 'Water.',
      generator: null,
      ...more,
    });
  });

  test('system prompt, earlier turns and what was thought stay with it', () => {
    const turns = [assistant('Hm.'), user('Why?')];
    expect(
      answerOf({ system: 'Be brief.', messages: [...asked, ...turns], output: 'So.' }, 1).asked,
    ).toEqual([{ role: 'system', content: 'Be brief.' }, ...asked, ...turns]);
    const thought = answerOf({ prompt: 'A?', output: 'B.', reasoning_content: 'Hm' }, 1);
    expect(thought.output).toBe('<think>\nHm\n</think>\n\nB.');
  });

  test('an empty answer is one, and half a character survives as none', () => {
    expect(answerOf({ prompt: 'A?', output: '' }, 1).output).toBe('');
    expect(answerOf({ prompt: 'A?', output: 'a\ud800b' }, 1).output).toBe('a\ufffdb');
    expect(
      answerOf({ prompt: 'A?', output: 'B', generator: 'g'.repeat(500) }, 1).generator,
    ).toMatch(/^g{190,200}…?$/);
  });
});

test.each([
  ['no answer', { prompt: 'A?' }, /no answer in it/],
  ['a question alone', { messages: asked }, /no answer in it/],
  ['null for an answer', { prompt: 'A?', output: null }, /"output" is null/],
  ['a number for an answer', { prompt: 'A?', output: 3 }, /"output" is of type number/],
  ['several samples', { prompt: 'A?', completion: [assistant('B'), assistant('C')] }, /2 messages/],
  [
    'a prompt that could not be asked',
    { prompt: 'A?', output: null, error: 'too long', system: 'm', identity },
    /there is no answer: too long/,
  ],
  ['neither words nor a place', { output: 'B' }, /names no prompt/],
  ['more than an answer may have', { prompt: 'A?', output: 'x'.repeat(4_000_001) }, /too long/],
  ['a list', ['A?', 'B'], /the record is a list/],
])('a row with %s is refused in words', (_, record, message) => {
  expect(() => answerOf(record, 1)).toThrow(RecordProblem);
  expect(() => answerOf(record, 1)).toThrow(message);
});
