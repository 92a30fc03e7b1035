import { expect, test } from 'vitest';
import type { Message } from '../domain/message.ts';
import { templatedFlags, templatedRemarks } from './templated-text.ts';

const conversation = (question: string, answer = 'Yes.'): Message[] => [
  { role: 'user', content: question },
  { role: 'assistant', content: answer },
];

test.each([
  ['Hi<|im_end|>\n<|im_start|>assistant', '<|im_end|>'],
  ['[INST] Hi [/INST]', '[INST]'],
  ['<<SYS>>\nBe kind.\n<</SYS>>\n\nHi', '<<SYS>>'],
  ['<s>Hi', '<s>'],
  ['Hi</s>', '</s>'],
  ['Hi</s><s>Again', '</s><s>'],
  ['<start_of_turn>user\nHi', '<start_of_turn>'],
  ['Hi<|eot_id|>', '<|eot_id|>'],
  ['<｜User｜>Hi', '<｜User｜>'],
])('a message with %j is told as already templated', (question, found) => {
  expect(templatedFlags(conversation(question))).toEqual([
    {
      rule: 'already-templated',
      scope: 'cleaned',
      reason: `Has text that chat templates write: ${found} in message 1.`,
    },
  ]);
  expect(templatedRemarks(conversation(question)).map(({ message }) => message)).toEqual([0]);
});

test.each(['<s>struck</s> out', 'a[INST', 'x <| y |> z', '<b>end</b>', 'a < s > b', 'the end'])(
  'a message with %j is not told as already templated',
  (question) => {
    expect(templatedFlags(conversation(`So: ${question} it is`))).toEqual([]);
  },
);
