import { expect, test } from 'vitest';
import type { Prompt } from '../../../shared/domain/evaluate/evaluation.ts';
import type { ParsedAnswer } from '../curate/import/formats/answers.ts';
import { matchAnswers } from './match-answers.ts';

const user = (content: string) => [{ role: 'user' as const, content }];
const prompts: Prompt[] = ['Why?', 'How  many\nare there?', 'Where?', 'Why?'].map(
  (content, ordinal) => ({
    id: `p${ordinal}`,
    ordinal,
    messages: user(content),
    expected: null,
    license: '',
    source: '',
  }),
);
let line = 0;
const row = (asked: string | undefined, output: string, more = {}): ParsedAnswer => ({
  line: ++line,
  asked: asked === undefined ? undefined : user(asked),
  id: undefined,
  ordinal: undefined,
  output,
  earlier: undefined,
  generator: null,
  ...more,
});
const matchedOf = (answers: ParsedAnswer[]) =>
  matchAnswers(prompts, answers).matched.map(({ prompt, answer }) => [prompt.id, answer.output]);

test('words tell the prompt without the space around them, equal prompts in their order', () => {
  expect(
    matchedOf([row(' How many are there? ', '3'), row('Why?', 'a'), row('Why?', 'b')]),
  ).toEqual([
    ['p1', '3'],
    ['p0', 'a'],
    ['p3', 'b'],
  ]);
});

test('an id of ours and a place tell the prompt, but no place against the words', () => {
  expect(
    matchedOf([
      row('Other words', 'x', { id: 'p2' }),
      row(undefined, 'y', { ordinal: 1 }),
      row('Why?', 'z', { ordinal: 3 }),
      row('Why?', 'w', { id: 'theirs', ordinal: 1 }),
    ]),
  ).toEqual([
    ['p2', 'x'],
    ['p1', 'y'],
    ['p3', 'z'],
    ['p0', 'w'],
  ]);
});

test('what is to no prompt says why, and a second answer to one is told apart from the same one', () => {
  const { matched, unmatched, second, repeated } = matchAnswers(prompts, [
    row('Where?', 'a'),
    row('Where?', 'a'),
    row('Where?', 'b'),
    row('Who?', 'c'),
    row('Who?', 'c', { ordinal: 1 }),
    row(undefined, 'd', { ordinal: 9 }),
    row(undefined, 'e', { id: 'theirs' }),
  ]);
  expect(matched).toHaveLength(1);
  expect(repeated).toBe(1);
  expect(second.map(({ prompt, answer }) => [prompt.ordinal, answer.output])).toEqual([[2, 'b']]);
  expect(unmatched.map(({ reason }) => reason)).toEqual([
    'no prompt of the set has these words',
    'the prompt with ordinal 1 has other words, and no other one has these',
    'the set has no prompt with ordinal 9 (they count from 0)',
    'no prompt of the set has the id theirs',
  ]);
});

const dialogue: Prompt[] = [
  {
    id: 'd',
    ordinal: 0,
    messages: [...user('Name a tree.'), ...user('Another?'), ...user('Why?')],
    expected: null,
    license: '',
    source: '',
  },
];

const assistant = (content: string) => ({ role: 'assistant' as const, content });

test('a dialogue is answered by a list of texts or by a conversation, and by nothing shorter', () => {
  const asked = dialogue[0]?.messages;
  const conversation = [
    ...user('Name a tree.'),
    assistant('Oak'),
    ...user('Another?'),
    assistant('Elm'),
    ...user('Why?'),
  ];
  const { matched, repeated, unmatched } = matchAnswers(dialogue, [
    row('', 'It grows.', { asked, earlier: ['Oak', 'Elm'] }),
    row('', 'It grows.', { asked: conversation }),
    row('', 'It grows.', { asked }),
    row(undefined, 'It grows.', { ordinal: 0, earlier: ['Oak', 'Elm', 'Ash'] }),
  ]);
  expect(matched.map(({ answer }) => [answer.earlier, answer.output])).toEqual([
    [['Oak', 'Elm'], 'It grows.'],
  ]);
  expect(repeated).toBe(1);
  expect(unmatched.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('answers 1 of the 3 turns'),
    expect.stringContaining('answers 4 of the 3 turns'),
  ]);
});
