import { expect, test } from 'vitest';
import type { Message } from '../domain/message.ts';
import { dialogueText, sideWords } from './dialogue-text.ts';

const user = (content: string): Message => ({ role: 'user', content });

test('a dialogue reads as text from the first word to the last answer, without what was thought', () => {
  const answers = ['<think>\nA tree\n</think>\n\nOak', 'Elm'];
  expect(dialogueText([user('Name a tree.'), user('Another?')], answers)).toBe(
    'User: Name a tree.\n\nAssistant: Oak\n\nUser: Another?\n\nAssistant: Elm',
  );
  expect(sideWords(answers.map((output) => ({ output })))).toBe('Oak\n\nElm');
});
