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
  ['<｜tool▁calls▁begin｜>', '<｜tool▁calls▁begin｜>'],
  ['<|start_header_id|>user<|end_header_id|>\n\nHi', '<|start_header_id|>'],
  ['<|header_start|>user<|header_end|>Hi<|eot|>', '<|header_start|>'],
  ['<|user|>\nHi<|end|>', '<|user|>'],
  ['<|im_start|>user<|im_sep|>Hi', '<|im_start|>'],
  ['<|start|>user<|message|>Hi<|end|>', '<|start|>'],
  ['<|channel|>final<|message|>Hi<|return|>', '<|channel|>'],
  ['<|START_OF_TURN_TOKEN|><|USER_TOKEN|>Hi', '<|START_OF_TURN_TOKEN|>'],
  ['[SYSTEM_PROMPT]Be kind.[/SYSTEM_PROMPT]', '[SYSTEM_PROMPT]'],
  ['[gMASK]<sop>Hi', '[gMASK]<sop>'],
  ['[|user|]Hi[|endofturn|]', '[|user|]'],
  ['Hi<|endoftext|>', '<|endoftext|>'],
  ['<bos>Hi', '<bos>'],
  ['Hi<eos>\n', '<eos>'],
  ['<s>Hi</s>', '<s>'],
  ['A chat with a robot. USER: Hi ASSISTANT:', 'USER: … ASSISTANT:'],
  ['Human: Hi\n\nAssistant: Yes.', 'Human: … Assistant:'],
  [
    'Below is a task.\n\n### Instruction:\nCount.\n\n### Response:\n',
    '### Instruction: … ### Response:',
  ],
  ['### Human: Hi\n### Assistant:', '### Human: … ### Assistant:'],
  ['### Response:\nOne, two.', '### Response:'],
  ['GPT4 Correct User: Hi<|end_of_turn|>', '<|end_of_turn|>'],
  ['Use `x` first.<|im_end|>', '<|im_end|>'],
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

test.each([
  '<s>struck</s> out',
  'a[INST',
  'x <| y |> z',
  'f <|map|> g',
  '<b>end</b>',
  'a < s > b',
  'the end',
  'ChatML ends a turn with `<|im_end|>`, Llama 2 with `</s>`',
  '\n```text\n<|im_start|>user\nHi<|im_end|>\n```\n',
  '\n~~~\n[INST] Hi [/INST]\n~~~\n',
  'USER: is a column',
  '\n### Instructions:\n1. Stir.\n### Response time:\nTen minutes.\n',
  '\n### Response:\nfor the survey',
  'the user: "Hi", the assistant: "Yes."',
  'Human: a person. An Assistant: a tool',
  'ASSISTANT: nobody. USER: nobody either',
])('a message with %j is not told as already templated', (question) => {
  expect(templatedFlags(conversation(`So: ${question} it is`))).toEqual([]);
});

test.each(['<s>struck</s> out of it', 'It is <s>red</s>', 'It is <s>red</s> or <s>blue</s>\n'])(
  'words struck out at an end of a message are not told as templated: %j',
  (question) => {
    expect(templatedFlags(conversation(question))).toEqual([]);
  },
);
