import { expect, it } from 'vitest';
import { containsExpected } from './expected-answer.ts';

it('an expected answer counts as whole words, whatever case and punctuation', () => {
  expect(containsExpected('It is NEW  delhi.', 'New Delhi')).toBe(true);
  expect(containsExpected('Nigeria', 'Niger')).toBe(false);
  expect(containsExpected('anything', '?!')).toBe(false);
});

const thought = (answer: string) => `<think>\nOslo? No.\n</think>\n\n${answer}`;

it('what a model only thought is not its answer', () => {
  expect(containsExpected(thought('Rome.'), 'Oslo')).toBe(false);
  expect(containsExpected(thought('It is Oslo.'), 'Oslo')).toBe(true);
  expect(containsExpected('<think>It is Oslo', 'Oslo')).toBe(false);
});
