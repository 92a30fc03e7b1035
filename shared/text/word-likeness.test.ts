import { expect, test } from 'vitest';
import { distinctWords, WordLikeness } from './word-likeness.ts';

const texts = [
  'How do I brew coffee?',
  'How do I write a letter?',
  'Write a poem about the sea.',
  'How do I fix the boat?',
];
const likeness = new WordLikeness(texts.map(distinctWords));
const nearest = (text: string) => likeness.nearest(distinctWords(text));

test('a text is wholly like itself, and the rarest words that two share tell which is nearest', () => {
  expect(nearest('How do I brew coffee?')).toEqual({ at: 0, likeness: expect.closeTo(1, 9) });
  expect(nearest('Coffee, how?').at).toBe(0);
  expect(nearest('A poem, please').at).toBe(2);
  expect(nearest('A poem, please').likeness).toBeLessThan(nearest('Write a poem').likeness);
});

test('a text that shares no word is like none', () => {
  expect(nearest('Quid novi?')).toEqual({ at: null, likeness: 0 });
  expect(new WordLikeness([]).nearest(['x'])).toEqual({ at: null, likeness: 0 });
});
