import { expect, test } from 'vitest';
import { contextUseText, cutText } from './answering.ts';

const use = { promptTokens: 1200, outputTokens: 4, contextTokens: 2048 };

test('a cut answer says whether its own limit or the context ended it, and what became of the rest', () => {
  expect(contextUseText(use)).toBe('context 1,204 of 2,048 tokens');
  expect(cutText(use)).toBe('Cut at the limit of 4 tokens for an answer.');
  expect(cutText({ ...use, outputTokens: 848 })).toMatch(
    /^Cut: the context of 2,048 tokens is full\. Nothing of the conversation was dropped/,
  );
});
