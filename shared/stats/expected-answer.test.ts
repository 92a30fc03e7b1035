import { expect, it } from 'vitest';
import { containsExpected } from './expected-answer.ts';

it('an expected answer counts as whole words, whatever case and punctuation', () => {
  expect(containsExpected('It is NEW  delhi.', 'New Delhi')).toBe(true);
  expect(containsExpected('Nigeria', 'Niger')).toBe(false);
  expect(containsExpected('anything', '?!')).toBe(false);
});
