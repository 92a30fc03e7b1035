import { expect, test } from 'vitest';
import type { Message } from '../domain/message.ts';
import { renderConversation } from './render-conversation.ts';
import {
  droppingFixture,
  type FixtureTemplate,
  fieldFixture,
  reasoningFixture,
} from './testing/template-fixtures.ts';
import { segmentsText } from './turn-segments.ts';

const render = ({ template, texts }: FixtureTemplate, messages: Message[]) =>
  renderConversation(template, messages, { ...texts, addGenerationPrompt: false });
const user = (content: string): Message => ({ role: 'user', content });
const thought = (thinking: string, answer: string): Message => ({
  role: 'assistant',
  content: `<think>\n${thinking}\n</think>\n\n${answer}`,
});

test('thinking is given in the field of its own in which a template looks for it', () => {
  const messages = [
    user('2+2?'),
    thought('two twos', '4'),
    user('3+3?'),
    thought('two threes', '6'),
  ];
  const segments = render(fieldFixture, messages);
  expect(segmentsText(segments)).toBe(
    '<|start|>user<|message|>2+2?<|end|>' +
      '<|start|>assistant<|channel|>final<|message|>4<|return|>' +
      '<|start|>user<|message|>3+3?<|end|>' +
      '<|start|>assistant<|channel|>analysis<|message|>two threes<|end|>' +
      '<|start|>assistant<|channel|>final<|message|>6<|return|>',
  );
  const trained = segments.filter((segment) => segment.trained && segment.messageIndex === 3);
  expect(segmentsText(trained)).toBe(
    '<|channel|>analysis<|message|>two threes<|end|>' +
      '<|start|>assistant<|channel|>final<|message|>6<|return|>',
  );
  expect(segments.flatMap(({ remarks = [] }) => remarks)).toMatchObject([
    { kind: 'thinking-dropped' },
  ]);
});

test('an earlier answer that loses its thinking carries a remark, the last one does not', () => {
  const messages = [user('a'), thought('Hm.', 'Yes'), user('b'), thought('Hm.', 'Yes')];
  const segments = render(reasoningFixture, messages);
  expect(
    segments.flatMap(({ messageIndex, remarks = [] }) =>
      remarks.map(({ kind }) => [messageIndex, kind]),
    ),
  ).toEqual([[1, 'thinking-dropped']]);
});

test.each([
  ['its thinking', 'Hm.', '<|user|>q<|assistant|><think>\n«Hm.\n</think>\n\nYes<|im_end|>»'],
  ['empty thinking', '', '<|user|>q<|assistant|><think>\n«\n</think>\n\nYes<|im_end|>»'],
])(
  'an answer of which a template drops %s stands behind the prompt, as it was written',
  (_, ...told) => {
    const [thinking, expected] = told;
    const { template, texts } = droppingFixture;
    const options = { ...texts, addGenerationPrompt: false, keepsThinking: true };
    const segments = renderConversation(template, [user('q'), thought(thinking, 'Yes')], options);
    const marked = segments.map(({ text, trained }) => (trained ? `«${text}»` : text)).join('');
    expect(marked.replaceAll('»«', '')).toBe(expected);
    expect(segments.flatMap(({ remarks = [] }) => remarks)).toEqual([]);
  },
);

// As QwQ-32B does: contents as they are, and thinking opened in the prompt.
test('what the prompt opens and the answer has, too, is the prompt’s, and not told as a difference', () => {
  const template =
    "{% for m in messages %}{{ '<|' + m.role + '|>\\n' + m.content + '<|end|>\\n' }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n<think>\\n' }}{% endif %}";
  const texts = { bosText: '', eosText: '<|end|>', addGenerationPrompt: false };
  const asked = [user('q'), thought('\n  Hm.', 'Yes'), user('r')];
  const segments = renderConversation(template, [...asked, thought('No.', 'No')], texts);
  const marked = segments.map(({ text, trained }) => (trained ? `«${text}»` : text)).join('');
  expect(marked.replaceAll('»«', '')).toBe(
    '<|user|>\nq<|end|>\n<|assistant|>\n<think>\n«\n  Hm.\n</think>\n\nYes<|end|>»\n' +
      '<|user|>\nr<|end|>\n<|assistant|>\n<think>\n«No.\n</think>\n\nNo<|end|>»\n',
  );
  expect(segments.flatMap(({ remarks = [] }) => remarks)).toEqual([]);
  const plain: Message = { role: 'assistant', content: 'Yes' };
  const differing = renderConversation(template, [user('q'), plain], texts);
  expect(differing.flatMap(({ remarks = [] }) => remarks)).toMatchObject([
    {
      kind: 'prompt-differs',
      text: 'where the prompt of a chat has "<think>\\n", the sample has ""',
    },
  ]);
});

test('an earlier answer of which a template cuts text in front of a tag is told', () => {
  const answer: Message = { role: 'assistant', content: 'The tag `</think>` ends it.' };
  const segments = render(reasoningFixture, [user('a'), answer, user('b'), thought('Hm.', 'Yes')]);
  expect(segments.flatMap(({ remarks = [] }) => remarks)).toMatchObject([
    { kind: 'thinking-dropped', text: expect.stringContaining('text in front of a </think>') },
  ]);
});

// Qwen3's template takes all in front of the last </think> for thinking, wherever it stands.
test.each([
  'The tag `</think>` ends it.',
  'First this. <think>Hm.</think> Then that.',
  'It begins with <think> as a rule.',
  '<think>\nHm.\n</think>\n\nIt says <think>this</think> at times.',
])('an answer with a tag within its text is trained as it was written: %j', (content) => {
  const { template, texts } = reasoningFixture;
  const options = { ...texts, addGenerationPrompt: false, keepsThinking: true };
  const segments = renderConversation(
    template,
    [user('q'), { role: 'assistant', content }],
    options,
  );
  const trained = segmentsText(segments.filter((segment) => segment.trained));
  expect(trained.replace('<think>\n\n</think>\n\n', '')).toBe(`${content}<|im_end|>`);
  expect(segments.flatMap(({ remarks = [] }) => remarks)).toEqual([]);
});
