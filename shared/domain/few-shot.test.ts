import { expect, test } from 'vitest';
import {
  behindExamples,
  defaultFewShot,
  fewShotSchema,
  fewShotStop,
  fewShotText,
  type FewShot,
} from './few-shot.ts';

const fewShot: FewShot = {
  system: 'Be kind.',
  examples: [
    { question: 'One?', answer: 'Eins.' },
    { question: 'Two?', answer: 'Zwei.' },
  ],
};
const user = (content: string) => ({ role: 'user' as const, content });
const system = (content: string) => ({ role: 'system' as const, content });

test('the examples are earlier turns, and a system message of the conversation stands beside theirs', () => {
  const turns = ['One?', 'Eins.', 'Two?', 'Zwei.'].map((content, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content,
  }));
  const own = [user('Three?'), { role: 'assistant' as const, content: 'Drei.' }, user('Four?')];
  expect(behindExamples(fewShot, own)).toEqual([system('Be kind.'), ...turns, ...own]);
  expect(behindExamples(fewShot, [system('Be brief.'), ...own])).toEqual([
    system('Be kind.\n\nBe brief.'),
    ...turns,
    ...own,
  ]);
  expect(behindExamples({ ...fewShot, system: '' }, own)).toEqual([...turns, ...own]);
});

test('the text that is hashed tells every word, and the default is one of three examples that fits', () => {
  const [first, second] = fewShot.examples;
  const others: FewShot[] = [
    { ...fewShot, system: 'Be kind' },
    { ...fewShot, examples: [second, first].filter((example) => example !== undefined) },
    { ...fewShot, examples: fewShot.examples.slice(0, 1) },
  ];
  expect(new Set([fewShot, ...others].map(fewShotText)).size).toBe(4);
  expect(fewShotSchema.parse(JSON.parse(fewShotText(fewShot)))).toEqual(fewShot);
  expect(fewShotSchema.parse(defaultFewShot)).toEqual(defaultFewShot);
  expect(defaultFewShot.examples).toHaveLength(3);
  expect(fewShotText({ ...defaultFewShot, system: '' })).not.toContain(fewShotStop);
});
