import { describe, expect, test } from 'vitest';
import type { Message } from '../domain/message.ts';
import { mostSamplesOf, sameAnswer, splitThinking, thoughtNote } from './thinking.ts';

describe('an answer is split into thinking and answer', () => {
  test.each([
    ['<think>\nHm.\n</think>\n\nYes.', 'Hm.', 'Yes.'],
    ['  \n<think>Hm.</think>Yes.', 'Hm.', 'Yes.'],
    ['<think>\n\n</think>\n\nYes.', '', 'Yes.'],
    ['<thinking>Hm.</thinking>\nYes.', 'Hm.', 'Yes.'],
    ['[THINK]Hm.[/THINK]Yes.', 'Hm.', 'Yes.'],
    // Two in a row, and a second pair inside the answer, which is about the tags.
    ['<think>a</think>\n<think>b</think>\n\nYes.', 'a\n\nb', 'Yes.'],
    ['<think>a</think>Write <think>b</think>.', 'a', 'Write <think>b</think>.'],
    // The prompt had the opening tag, as that of DeepSeek-R1 does.
    ['Hm.\nWell.\n</think>\n\nYes.', 'Hm.\nWell.', 'Yes.'],
    ['Hm.</think>\r\n\r\nYes.', 'Hm.', 'Yes.'],
    ['\n</think>\n\nYes.', '', 'Yes.'],
    ['Hm.\n</think>', 'Hm.', ''],
    ['<think>Hm.</think>', 'Hm.', ''],
    ['<think>Hm.</think>\n\n    return x', 'Hm.', '    return x'],
  ])('%j', (text, thinking, answer) => {
    expect(splitThinking(text)).toEqual({ thinking, answer, isOpen: false });
  });

  test.each([
    '',
    'Yes.',
    'Models think between <think> and </think>.',
    'Close it with </think> and go on.',
    'Sure: <think>a</think>\nno',
    'The end is `</think>`\nin code.',
    '```\na\n</think>\n```\nin a block.',
    '<thin',
    '< think>a</think >',
  ])('%j has no thinking, and stays as it is', (text) => {
    expect(splitThinking(text)).toEqual({ thinking: null, answer: text, isOpen: false });
  });

  test.each([
    ['<think>', ''],
    ['<think>\nHm', 'Hm'],
    ['<think>a</think>\n<think>\nb </thi', 'a\n\nb </thi'],
  ])('%j still thinks', (text, thinking) => {
    expect(splitThinking(text)).toEqual({ thinking, answer: '', isOpen: true });
  });

  test('a long text without a closing tag takes no time to speak of', () => {
    const text = 'a <b ` '.repeat(200_000);
    expect(splitThinking(text).answer).toBe(text);
  });
});

const turn = (content: string, weight?: 0): Message[] => [
  { role: 'user', content: 'q' },
  { role: 'assistant', content, ...(weight === 0 && { weight }) },
];

const note = (text: string) => thoughtNote(splitThinking(text));

test('how much was thought is told in words, and nothing of empty thinking', () => {
  expect(note('<think>\nOne two.\n</think>\n\nYes.')).toBe('Thought for 2 words');
  expect(note('<think>\nOne')).toBe('Thought for 1 word and came to no answer');
  expect(note('<think>\n\n</think>\n\nYes.')).toBe('');
  expect(note('Yes.')).toBe('');
});

test('a conversation becomes one sample per trained answer where an earlier one thinks', () => {
  const thought = '<think>\nHm.\n</think>\n\nYes.';
  expect(mostSamplesOf([...turn(thought), ...turn('b'), ...turn('c')])).toBe(3);
  expect(mostSamplesOf([...turn(thought, 0), ...turn('b')])).toBe(1);
  expect(mostSamplesOf([...turn('a'), ...turn(thought)])).toBe(1);
  expect(mostSamplesOf([...turn('<think>\n\n</think>\n\na'), ...turn('b')])).toBe(1);
});

test.each([
  ['<think>a</think>\n\nYes.', 'Yes.', true],
  ['<think>a</think>Yes.', '<think>\nb\n</think>\n\nYes.', true],
  ['<think>a', '<think>b', true],
  ['<think>a</think>Yes.', '<think>a</think>No.', false],
  ['Yes.', 'yes.', false],
])('%j and %j are the same answer: %s', (one, other, expected) => {
  expect(sameAnswer(one, other)).toBe(expected);
});
