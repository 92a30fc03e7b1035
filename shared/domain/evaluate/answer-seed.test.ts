import { expect, test } from 'vitest';
import { answerSeed, withRepetitions } from './answer-seed.ts';

const asked = (...texts: string[]) =>
  texts.map((content) => ({ messages: [{ role: 'user', content }] }));

const seeds = (items: ReturnType<typeof asked>, seed = 42) =>
  new Map(
    withRepetitions(items).map((item) => [
      `${item.messages[0]?.content} ${item.repetition}`,
      answerSeed(seed, item, item.repetition),
    ]),
  );

// A seed from the place of a prompt changed every answer behind one that was taken out.
test('prompts that are taken out, put in or in another order change the seed of no other one', () => {
  const all = seeds(asked('One', 'Two', 'Three', 'Two', 'Four'));
  const moved = seeds(asked('Four', 'Two', 'New', 'Two', 'Three', 'One'));
  expect([...moved.keys()].filter((prompt) => !all.has(prompt))).toEqual(['New 0']);
  moved.delete('New 0');
  expect(moved).toEqual(all);
  const fewer = [...seeds(asked('Three', 'Two'))];
  expect(fewer).toEqual(fewer.map(([prompt]) => [prompt, all.get(prompt)]));
});

test('every prompt, repetition, system message and seed draws from a seed of its own', () => {
  const words = Array.from({ length: 200 }, (_, index) => `Prompt ${index % 100}`);
  const [some, others] = [seeds(asked(...words)), seeds(asked(...words), 43)];
  expect(new Set([...some.values(), ...others.values()]).size).toBe(400);
  const [item] = asked('One');
  const messages = [{ role: 'system', content: 'Be brief.' }, ...(item?.messages ?? [])];
  const alike = [messages, messages.slice(1), [{ role: 'user', content: 'One ' }]];
  expect(new Set(alike.map((list) => answerSeed(42, { messages: list }, 0))).size).toBe(3);
});

// Stored answers say which prompt they are the seed of: the same words have it on any machine, for good.
test('a seed is a whole number of 32 bits that no version of this program may draw otherwise', () => {
  const cases = [
    ['One', 42, 0],
    ['One', 42, 1],
    ['One', 4_294_967_295, 0],
    ['Grüße 😀', 0, 0],
    ['', 7, 0],
  ] as const;
  const drawn = cases.map(([content, seed, repetition]) =>
    answerSeed(seed, { messages: [{ role: 'user', content }] }, repetition),
  );
  expect(drawn).toEqual([2_879_200_364, 2_879_200_365, 952_059_736, 3_146_502_828, 2_901_921_473]);
});
