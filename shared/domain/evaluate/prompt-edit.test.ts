import { expect, test } from 'vitest';
import {
  changedPrompts,
  promptProblem,
  type EditedPrompt,
  type PromptChange,
} from './prompt-edit.ts';

const prompt = (content: string): EditedPrompt => ({
  messages: [{ role: 'user', content }],
  expected: null,
  license: '',
  source: '',
});
const after = (...changes: PromptChange[]) =>
  changes
    .reduce<(EditedPrompt | string)[]>(
      (list, change) => changedPrompts(list, change),
      ['a', 'b', 'c'],
    )
    .map((one) => (typeof one === 'string' ? one : one.messages[0]?.content));

test('prompts are added, replaced, deleted and moved, each change on what the one before left', () => {
  expect(after({ do: 'add', prompt: prompt('x') })).toEqual(['a', 'b', 'c', 'x']);
  expect(after({ do: 'add', at: 0, prompt: prompt('x') })).toEqual(['x', 'a', 'b', 'c']);
  expect(after({ do: 'replace', ordinal: 1, prompt: prompt('x') })).toEqual(['a', 'x', 'c']);
  expect(after({ do: 'delete', ordinals: [2, 0, 2] })).toEqual(['b']);
  expect(after({ do: 'move', ordinal: 0, to: 2 })).toEqual(['b', 'c', 'a']);
  expect(after({ do: 'move', ordinal: 2, to: 0 })).toEqual(['c', 'a', 'b']);
  expect(
    after({ do: 'delete', ordinals: [0] }, { do: 'replace', ordinal: 0, prompt: prompt('x') }),
  ).toEqual(['x', 'c']);
});

test('a place that the set does not have is refused', () => {
  const beyond: PromptChange[] = [
    { do: 'replace', ordinal: 3, prompt: prompt('x') },
    { do: 'delete', ordinals: [0, 3] },
    { do: 'move', ordinal: 0, to: 3 },
    { do: 'move', ordinal: 3, to: 0 },
  ];
  for (const change of beyond)
    expect(() => after(change)).toThrow('there is no prompt 4: the set has 3');
});

test('a prompt ends with a question, and no turn of it is empty', () => {
  expect(promptProblem([{ role: 'user', content: 'a' }])).toBeUndefined();
  expect(promptProblem([])).toBe('the last turn is not a question of the user');
  expect(promptProblem([{ role: 'assistant', content: 'a' }])).toMatch(/not a question/);
  expect(
    promptProblem([
      { role: 'system', content: ' ' },
      { role: 'user', content: 'a' },
    ]),
  ).toBe('turn 1 is empty');
});
