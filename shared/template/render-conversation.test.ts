import { describe, expect, test } from 'vitest';
import type { Message } from '../domain/message.ts';
import { fallbackTemplate } from './template-error.ts';
import { renderConversation } from './render-conversation.ts';
import { type Segment, segmentsText } from './turn-segments.ts';
import {
  type FixtureTemplate,
  fixtureTemplates,
  reasoningFixture,
} from './testing/template-fixtures.ts';

const { chatMl, llama2, llama3, mistral, zephyr } = fixtureTemplates;

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const thought = (thinking: string, answer: string) =>
  assistant(`<think>\n${thinking}\n</think>\n\n${answer}`);
const system = (content: string): Message => ({ role: 'system', content });

const render = ({ template, texts }: FixtureTemplate, messages: Message[]) =>
  renderConversation(template, messages, { ...texts, addGenerationPrompt: false });
const prompt = ({ template, texts }: FixtureTemplate, messages: Message[]) =>
  renderConversation(template, messages, { ...texts, addGenerationPrompt: true });

/** Compact view: trained text in brackets, content in quotes. */
const view = (segments: Segment[]) =>
  segments.map(({ text, kind, trained }) => {
    const shown = kind === 'content' ? `'${text}'` : text;
    return trained ? `[${shown}]` : shown;
  });

describe('which text is trained', () => {
  test('ChatML trains the answer and <|im_end|>, but not the line break behind it', () => {
    expect(view(render(chatMl, [user('Hi'), assistant('Yo'), user('A'), assistant('B')]))).toEqual([
      '<|im_start|>system\nYou are a careful assistant.<|im_end|>\n<|im_start|>user\n',
      "'Hi'",
      '<|im_end|>\n<|im_start|>assistant\n',
      "['Yo']",
      '[<|im_end|>]',
      '\n<|im_start|>user\n',
      "'A'",
      '<|im_end|>\n<|im_start|>assistant\n',
      "['B']",
      '[<|im_end|>]',
      '\n',
    ]);
  });

  test('Llama 3 ends a turn with <|eot_id|> although its EOS is another token', () => {
    expect(view(render(llama3, [user('Hi'), assistant(' Yo ')])).slice(-2)).toEqual([
      "['Yo']",
      '[<|eot_id|>]',
    ]);
  });

  test('Llama 2 moves the space between prompt and answer into the answer', () => {
    expect(view(render(llama2, [system('Be kind'), user('Hi'), assistant('Yo')]))).toEqual([
      '<s>[INST] <<SYS>>\n',
      "'Be kind'",
      '\n<</SYS>>\n\n',
      "'Hi'",
      ' [/INST]',
      "[' Yo']",
      '[ </s>]',
    ]);
  });

  test('Mistral keeps the following [INST] out of the mask', () => {
    const segments = render(mistral, [user('a'), assistant('b'), user('c'), assistant('d')]);
    expect(view(segments)).toEqual([
      '<s>[INST]',
      "' a'",
      ' [/INST]',
      "['b']",
      '[</s>]',
      '[INST]',
      "' c'",
      ' [/INST]',
      "['d']",
      '[</s>]',
    ]);
  });

  test('Zephyr keeps the line break between answer header and answer out of the mask', () => {
    expect(view(render(zephyr, [user('Hi'), assistant('Yo')]))).toEqual([
      '<s>',
      '<|user|>\n',
      "'Hi'",
      '</s>\n<|assistant|>\n',
      "['Yo']",
      '[</s>]',
      '\n',
    ]);
  });

  test('an assistant message of weight 0 is not trained, nor is its end', () => {
    const first: Message = { ...assistant('Yo'), weight: 0 };
    const segments = render(chatMl, [user('Hi'), first, user('A'), assistant('B')]);
    expect(segments.filter(({ trained }) => trained).map(({ text }) => text)).toEqual([
      'B',
      '<|im_end|>',
    ]);
  });

  test('loss on all trains every segment', () => {
    const segments = renderConversation(chatMl.template, [user('Hi'), assistant('Yo')], {
      ...chatMl.texts,
      addGenerationPrompt: false,
      lossOn: 'all',
    });
    expect(segments.every(({ trained }) => trained)).toBe(true);
  });

  test('a model without template ends every turn with EOS, as LIMA does', () => {
    const texts = { bosText: '<s>', eosText: '</s>', prependBos: true };
    const model = { name: 'none', template: fallbackTemplate, texts };
    expect(view(render(model, [user('Hi'), assistant('Yo')]))).toEqual([
      '<s>',
      "'Hi'",
      '</s>',
      "['Yo']",
      '[</s>]',
    ]);
  });

  // Without it the tuned model would never stop.
  test('an answer that the template does not end is ended with EOS', () => {
    const plain: FixtureTemplate = {
      name: 'no end',
      template: "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}",
      texts: { bosText: '', eosText: '</s>' },
    };
    expect(view(render(plain, [user('Hi'), assistant('Yo')])).slice(-3)).toEqual([
      "[' Yo']",
      '[</s>]',
      '\n',
    ]);
  });
});

describe('chat prompts', () => {
  const histories: Message[][] = [
    [user('Hi')],
    [user('Hi'), assistant('Yo'), user('What is 2+2?')],
    [user('Hi'), assistant('Yo'), user('And'), assistant('So'), user('Then?')],
  ];

  test.each(Object.values(fixtureTemplates))(
    '$name: the sample starts with exactly the prompt of the same conversation',
    (fixture) => {
      for (const history of histories) {
        const asked = prompt(fixture, history);
        const sample = render(fixture, [...history, assistant('Four.')]);
        expect(segmentsText(sample).startsWith(segmentsText(asked))).toBe(true);
        expect(sample.slice(0, asked.length).map(({ text, kind }) => ({ text, kind }))).toEqual(
          asked.map(({ text, kind }) => ({ text, kind })),
        );
        expect(sample.slice(asked.length)[0]).toMatchObject({ trained: true });
      }
    },
  );

  test('a template that knows no generation prompt gets its own answer header', () => {
    const vicuna: FixtureTemplate = {
      name: 'Vicuna without add_generation_prompt',
      template:
        "{% for m in messages %}{{ m.role | upper + ': ' + m.content }}{{ eos_token if m.role == 'assistant' else '\n' }}{% endfor %}",
      texts: { bosText: '<s>', eosText: '</s>', prependBos: true },
    };
    expect(segmentsText(prompt(vicuna, [user('Hi')]))).toBe('<s>USER: Hi\nASSISTANT:');
    expect(view(render(vicuna, [user('Hi'), assistant('Yo')])).slice(-3)).toEqual([
      '\nASSISTANT:',
      "[' Yo']",
      '[</s>]',
    ]);
  });
});

describe('a template that rewrites thinking', () => {
  test('trains thinking and answer of the last turn and drops earlier thinking', () => {
    const messages = [user('Hi'), thought('greet', 'Yo'), user('2+2?'), thought('add', '4')];
    expect(view(render(reasoningFixture, messages))).toEqual([
      '<|im_start|>user\n',
      "'Hi'",
      '<|im_end|>\n<|im_start|>assistant\n',
      "['Yo']",
      '[<|im_end|>]',
      '\n<|im_start|>user\n',
      "'2+2?'",
      '<|im_end|>\n<|im_start|>assistant\n',
      '[<think>\n]',
      "['add']",
      '[\n</think>\n\n]',
      "['4']",
      '[<|im_end|>]',
      '\n',
    ]);
  });

  test('lets a conversation go on after an answer that contained thinking', () => {
    const asked = prompt(reasoningFixture, [user('Hi'), thought('greet', 'Yo'), user('2+2?')]);
    expect(segmentsText(asked)).not.toContain('greet');
    expect(segmentsText(asked)).toContain('Yo');
  });

  test('trains the empty thinking that it puts in front of a plain answer', () => {
    expect(view(render(reasoningFixture, [user('Hi'), assistant('Yo')])).slice(-4)).toEqual([
      '[<think>\n\n</think>\n\n]',
      "['Yo']",
      '[<|im_end|>]',
      '\n',
    ]);
  });
});

describe('beginning of sequence', () => {
  test('BOS is never written twice, whoever writes it', () => {
    for (const template of ['{{ bos_token }}', '{{ bos_token + bos_token }}', '']) {
      const doubled = { ...mistral, template: template + mistral.template };
      const text = segmentsText(render(doubled, [user('Hi'), assistant('Yo')]));
      expect(text.split('<s>')).toHaveLength(2);
      expect(text.startsWith('<s>')).toBe(true);
    }
  });

  test('BOS is written in front of a user who typed it too', () => {
    const texts = { bosText: '<s>', eosText: '</s>', prependBos: true };
    const segments = render({ name: '', template: fallbackTemplate, texts }, [user('<s>Hi')]);
    expect(view(segments)).toEqual(['<s>', "'<s>Hi'", '</s>']);
  });

  test('a model that wants no BOS gets none', () => {
    const text = segmentsText(render(chatMl, [system('S'), user('Hi'), assistant('Yo')]));
    expect(text.startsWith('<|im_start|>system\nS')).toBe(true);
  });
});

test('dates in templates are one fixed day, in training and in chat', () => {
  const template =
    "{{ strftime_now('%d %b %Y') }} {% for m in messages %}{{ m.content }}{% endfor %}";
  const texts = { bosText: '', eosText: '</s>' };
  expect(segmentsText(prompt({ name: '', template, texts }, [user('Hi')]))).toBe('26 Jul 2024 Hi');
});

describe('a template that writes the system message only into the last question', () => {
  const template =
    "{% if messages[0].role == 'system' %}{% set system = messages[0].content %}" +
    '{% set rest = messages[1:] %}{% else %}{% set rest = messages %}{% endif %}{{ bos_token }}' +
    "{% for m in rest %}{% if m.role == 'user' %}{% if loop.last and system is defined %}" +
    "{{ '[INST] ' + system + '\n\n' + m.content + '[/INST]' }}{% else %}" +
    "{{ '[INST] ' + m.content + '[/INST]' }}{% endif %}{% else %}" +
    "{{ ' ' + m.content + eos_token }}{% endif %}{% endfor %}";
  const options = { bosText: '<s>', eosText: '</s>', addGenerationPrompt: false };
  const asked: Message[] = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'One?' },
    { role: 'assistant', content: 'Uno.' },
    { role: 'user', content: 'Two?' },
  ];
  const answered: Message[] = [...asked, { role: 'assistant', content: 'Dos.' }];

  test('trains the answer behind the prompt that a chat would ask with', () => {
    const prompt = segmentsText(
      renderConversation(template, asked, { ...options, addGenerationPrompt: true }),
    );
    expect(segmentsText(renderConversation(template, answered, options))).toBe(
      '<s>[INST] One?[/INST] Uno.</s>[INST] Be brief.\n\nTwo?[/INST] Dos.</s>',
    );
    expect(prompt).toBe('<s>[INST] One?[/INST] Uno.</s>[INST] Be brief.\n\nTwo?[/INST]');
  });

  test('says of the earlier answer that a chat would have asked it with the system message', () => {
    const remarks = renderConversation(template, answered, options).flatMap(
      ({ messageIndex, remarks: own = [] }) =>
        own.map(({ kind, text }) => [messageIndex, kind, text]),
    );
    expect(remarks).toEqual([
      [
        2,
        'prompt-differs',
        'where the prompt of a chat has "Be brief.\\n\\nOne?[/INST]", the sample has "One?[/INST] "',
      ],
    ]);
  });
});

test('an answer that a chat asks for with another prompt carries a remark with the place', () => {
  // The prompt opens the thinking, which the sample does not have.
  const template =
    "{% for m in messages %}{{ '<|' + m.role + '|>' + m.content }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|assistant|><think>\n' }}{% endif %}";
  const messages: Message[] = [
    { role: 'user', content: 'Why?' },
    { role: 'assistant', content: 'So.' },
  ];
  const options = { bosText: '', eosText: '</s>', addGenerationPrompt: false };
  const remarksOf = (conversation: Message[]) =>
    renderConversation(template, conversation, options).flatMap(({ remarks = [] }) => remarks);
  expect(remarksOf(messages)).toEqual([
    {
      kind: 'prompt-differs',
      text: 'where the prompt of a chat has "<think>\\n", the sample has ""',
    },
  ]);
  const muted = messages.map((message) =>
    message.role === 'assistant' ? { ...message, weight: 0 as const } : message,
  );
  expect(remarksOf(muted)).toEqual([]);
});
