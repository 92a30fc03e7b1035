import { expect, test } from 'vitest';
import type { Message } from '../message.ts';
import { isDialogue, splitPrompt, turnPrompt, turnsOf } from './dialogue.ts';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const system: Message = { role: 'system', content: 'Be brief.' };

const history = [system, user('Hi'), assistant('Hello.')];
const dialogue = [...history, user('Name a tree.'), user('Another?')];

test('what was answered is a history, and the user turns behind it are asked', () => {
  expect(splitPrompt(dialogue)).toEqual({
    given: history,
    asked: [user('Name a tree.'), user('Another?')],
  });
  expect(
    [[user('q')], [system, user('q')], [...history, user('q')], dialogue].map(turnsOf),
  ).toEqual([1, 1, 1, 2]);
  expect([[user('q')], dialogue].map(isDialogue)).toEqual([false, true]);
});

test('each turn is asked behind the system’s own answers to the turns before it', () => {
  expect(turnPrompt(dialogue, [])).toEqual([...history, user('Name a tree.')]);
  expect(turnPrompt(dialogue, ['Oak'])).toEqual([
    ...history,
    user('Name a tree.'),
    assistant('Oak'),
    user('Another?'),
  ]);
});
