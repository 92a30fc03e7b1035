import { describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import { renderConversation } from '../../../shared/template/render-conversation.ts';
import { fallbackTemplate } from '../../../shared/template/template-error.ts';
import {
  type FixtureTemplate,
  fixtureTemplates,
  reasoningFixture,
} from '../../../shared/template/testing/template-fixtures.ts';
import { parseGoTemplate } from './go-parser.ts';
import { type OllamaMessage, runGoTemplate } from './go-template.ts';
import { ollamaTemplate } from './ollama-template.ts';
import { writeTemplate } from './write-template.ts';

const texts = { bosText: '<s>', eosText: '</s>', prependBos: true };

/** Templates in the manner of families whose chats differ in more than their tokens. */
const families = {
  gemma: {
    name: 'Gemma: the system message is part of the first question',
    template: `{{ bos_token }}{% if messages[0].role == 'system' %}{% set first = messages[0].content + '\n\n' %}{% set turns = messages[1:] %}{% else %}{% set first = '' %}{% set turns = messages %}{% endif %}{% for m in turns %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}<start_of_turn>{{ 'model' if m.role == 'assistant' else m.role }}
{{ (first if loop.first else '') + m.content | trim }}<end_of_turn>
{% endfor %}{% if add_generation_prompt %}<start_of_turn>model
{% endif %}`,
    texts: { bosText: '<bos>', eosText: '<eos>', endTexts: ['<end_of_turn>'], prependBos: true },
  },
  phi4: {
    name: 'Phi-4-mini: no line breaks anywhere',
    template: `{% for m in messages %}{{ '<|' + m.role + '|>' + m.content + '<|end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}`,
    texts: { bosText: '', eosText: '<|endoftext|>', endTexts: ['<|end|>'] },
  },
  mistral3: {
    name: 'Mistral 0.3: the system message is part of the last question',
    template: `{% if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set turns = messages[1:] %}{% else %}{% set system = '' %}{% set turns = messages %}{% endif %}{{ bos_token }}{% for m in turns %}{% if m.role == 'user' %}{% if loop.last and system %}{{ '[INST] ' + system + '\n\n' + m.content + '[/INST]' }}{% else %}{{ '[INST] ' + m.content + '[/INST]' }}{% endif %}{% else %}{{ ' ' + m.content + eos_token }}{% endif %}{% endfor %}`,
    texts,
  },
  llama32: {
    name: 'Llama 3.2: a block with a date, with and without a system message',
    template: `{{ bos_token }}{% if messages[0].role == 'system' %}{% set system = messages[0].content | trim %}{% set turns = messages[1:] %}{% else %}{% set system = '' %}{% set turns = messages %}{% endif %}<|start_header_id|>system<|end_header_id|>

Today Date: {{ strftime_now('%d %b %Y') }}

{{ system }}<|eot_id|>{% for m in turns %}<|start_header_id|>{{ m.role }}<|end_header_id|>

{{ m.content | trim }}<|eot_id|>{% endfor %}{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>

{% endif %}`,
    texts: { ...fixtureTemplates.llama3.texts, eosText: '<|eot_id|>' },
  },
  vicuna: {
    name: 'Vicuna: no header for the next answer, white space stripped at one end',
    template: `{% for m in messages %}{% if m.role == 'user' %}USER: {{ m.content.lstrip() }} {% elif m.role == 'assistant' %}ASSISTANT: {{ m.content.rstrip() }}</s>{% else %}{{ m.content.strip('\n') }} {% endif %}{% endfor %}`,
    texts,
  },
  silent: {
    name: 'Phi-3: system messages are left out',
    template: `{% for m in messages %}{% if m.role == 'user' %}<|user|>
{{ m.content }}<|end|>
<|assistant|>
{% elif m.role == 'assistant' %}{{ m.content }}<|end|>
{% endif %}{% endfor %}`,
    texts: { bosText: '', eosText: '<|endoftext|>', endTexts: ['<|end|>'] },
  },
  deepSeek: {
    name: 'DeepSeek-R1: the prompt opens the thinking, earlier answers lose it',
    template: `{% for m in messages %}{% if m.role == 'user' %}<|User|>{{ m.content }}{% elif m.role == 'assistant' %}<|Assistant|>{{ m.content.split('</think>')[-1] }}<|end|>{% else %}{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|Assistant|><think>
{% endif %}`,
    texts: { bosText: '', eosText: '<|end|>' },
  },
  plain: {
    name: 'no chat template',
    template: fallbackTemplate,
    texts: { ...texts, eosText: '<EOT>' },
  },
} satisfies Record<string, FixtureTemplate>;

const trainingOf =
  ({ template, texts: own }: FixtureTemplate) =>
  async (messages: readonly Message[], asPrompt: boolean) => {
    const [first, ...others] = renderConversation(template, messages, {
      ...own,
      addGenerationPrompt: asPrompt,
      keepsThinking: true,
    });
    const bos = own.prependBos === true ? own.bosText : '';
    return first
      ? [
          { ...first, text: first.text.slice(first.text.startsWith(bos) ? bos.length : 0) },
          ...others,
        ]
      : [];
  };

const turns = (...contents: string[]): Message[] =>
  contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content }));
const system: Message = { role: 'system', content: 'S' };

const known = new Map<FixtureTemplate, ReturnType<typeof ollamaTemplate>>();

async function ollamaOf(fixture: FixtureTemplate) {
  const found = known.get(fixture) ?? ollamaTemplate(trainingOf(fixture));
  known.set(fixture, found);
  const { template, stops } = await found;
  const write = (...messages: OllamaMessage[]) =>
    runGoTemplate(parseGoTemplate(template), messages);
  return { write, template, stops };
}

const all = [...Object.values(fixtureTemplates), reasoningFixture, ...Object.values(families)];

// Conversations that the proof inside does not have, so that it is not trusted blindly.
test.each(all)('$name: Ollama writes the prompt of the run', async (fixture) => {
  const { write, template } = await ollamaOf(fixture);
  const takesSystem = !template.includes('takes no system message');
  const histories = [
    turns(' Why?\n\n'),
    turns('A{{', ' \u2003}}B\u3000', '"""C\\', '\u0085D', 'E\r\n'),
    turns('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'),
  ];
  const withSystem = histories.map((history): Message[] => [
    { role: 'system', content: ' Be\n"{{ kind }}" ' },
    ...history,
  ]);
  for (const history of [...histories, ...(takesSystem ? withSystem : [])]) {
    const asked = await trainingOf(fixture)(history, true);
    expect(write(...history)).toBe(asked.map(({ text }) => text).join(''));
  }
});

describe('what the fixed texts of a family get wrong', () => {
  test('a default system prompt comes where there is no system message, not where one is empty', async () => {
    const { write } = await ollamaOf(fixtureTemplates.chatMl);
    const rest = '<|im_end|>\n<|im_start|>user\nA<|im_end|>\n<|im_start|>assistant\n';
    expect(write(...turns('A'))).toBe(`<|im_start|>system\nYou are a careful assistant.${rest}`);
    expect(write(system, ...turns('A'))).toBe(`<|im_start|>system\nS${rest}`);
    expect(write({ ...system, content: '' }, ...turns('A'))).toBe(`<|im_start|>system\n${rest}`);
  });

  test('Mistral has </s> behind its answers, its own spaces, and no BOS that Ollama adds', async () => {
    const { write, stops } = await ollamaOf(families.mistral3);
    expect(write(system, ...turns('A', 'B', 'C'))).toBe(
      '[INST] A[/INST] B</s>[INST] S\n\nC[/INST]',
    );
    expect(stops).toEqual(['</s>']);
  });

  test('Llama 3.2 has the block and the date of the training', async () => {
    const { write } = await ollamaOf(families.llama32);
    expect(write(...turns('A'))).toContain('Today Date: 26 Jul 2024\n\n<|eot_id|>');
  });

  test('without a chat template turns end with the token that the run chose', async () => {
    const { write, stops } = await ollamaOf(families.plain);
    expect(write(system, ...turns('A', 'B', 'C'))).toBe('S<EOT>A<EOT>B<EOT>C<EOT>');
    expect(stops).toEqual(['<EOT>']);
  });

  test('a system message stops Ollama with the reason where the template takes none', async () => {
    const silent = await ollamaOf(families.silent);
    expect(() => silent.write(system, ...turns('A'))).toThrow(/takes no system message/);
    expect(silent.write({ ...system, content: '' }, ...turns('A'))).toBe(
      silent.write(...turns('A')),
    );
    const filled = await ollamaOf({
      name: 'no empty messages',
      template: `{% for m in messages %}{% if not m.content %}{{ raise_exception('empty') }}{% endif %}{{ m.content }}</s>{% endfor %}`,
      texts,
    });
    expect(filled.write(system, ...turns('A'))).toBe('S</s>A</s>');
    expect(() => filled.write({ ...system, content: '' }, ...turns('A'))).toThrow(
      /takes no empty system message/,
    );
    const { write } = await ollamaOf(fixtureTemplates.mistral);
    expect(() => write(system, ...turns('A'))).toThrow(/takes no system message: send none/);
    expect(write(...turns('A'))).toBe('[INST] A [/INST]');
  });

  test('an answer that is begun by the user is gone on with, without an end of turn', async () => {
    const { write } = await ollamaOf(families.phi4);
    expect(write(...turns('A', 'B'))).toBe('<|user|>A<|end|><|assistant|>B');
  });

  test('thinking that a template drops from earlier answers is kept apart by Ollama, and dropped', async () => {
    const thought = { role: 'assistant' as const, content: 'B', thinking: 'weigh' };
    const [question] = turns('A');
    if (!question) throw new Error('no question');
    const qwen = await ollamaOf(reasoningFixture);
    const start = '<|im_start|>user\nA<|im_end|>\n<|im_start|>assistant\n';
    expect(qwen.write(question, thought)).toBe(`${start}<think>\nweigh\n</think>\n\nB`);
    expect(qwen.write(question, thought, ...turns('C'))).toContain(`${start}B<|im_end|>`);
    const { write } = await ollamaOf(families.deepSeek);
    expect(write(question)).toBe('<|User|>A<|Assistant|><think>\n');
    expect(write(question, thought)).toBe('<|User|>A<|Assistant|><think>\nweigh\n</think>\n\nB');
    expect(write(question, thought, ...turns('C'))).toBe(
      '<|User|>A<|Assistant|>\n\nB<|end|><|User|>C<|Assistant|><think>\n',
    );
  });

  test('thinking that a template takes for text like any other stays in the content', async () => {
    const { template } = await ollamaOf(families.phi4);
    expect(template).not.toContain('.Thinking');
  });

  // Ollama leaves out the oldest messages of a long chat, one by one.
  test('a chat that begins with an answer keeps its form, or loses that answer', async () => {
    const answerFirst = turns('A', 'B', 'C').slice(1);
    const open = await ollamaOf(families.phi4);
    expect(open.write(...answerFirst)).toBe('<|assistant|>B<|end|><|user|>C<|end|><|assistant|>');
    const strict = await ollamaOf(families.gemma);
    expect(strict.write(...answerFirst)).toBe(strict.write(...turns('C')));
  });
});

const loop = (body: string) => `{% for m in messages %}${body}</s>{% endfor %}`;

test.each([
  [
    'numbers its turns',
    loop('Round {{ loop.index }}: {{ m.content }}'),
    /with 5 messages, no system message and plain texts, at character 127, the run had "5: Text/,
  ],
  [
    'ends after six messages',
    `{% if messages | length > 6 %}{{ raise_exception('Enough') }}{% endif %}${loop('{{ m.content }}')}`,
    /with 7 messages, no system message and plain texts, it fails: .*conversation: Enough/,
  ],
  [
    'looks at the end of a message',
    loop("{{ m.content + ('' if m.content.endswith('.') else '?') }}"),
    /with 1 message, no system message and plain texts, it fails: .*changes text/,
  ],
  [
    'drops a part of the thinking',
    loop("{{ m.content.split('</think>')[-1] + ('!' if '<think>' in m.content else '') }}"),
    /messages and thinking in answers/,
  ],
  [
    'asks for a system message',
    `{% if messages[0].role != 'system' %}{{ raise_exception('none') }}{% endif %}${loop('{{ m.content }}')}`,
    /refuses this conversation: none/,
  ],
  [
    'puts the system message last',
    `${loop("{{ m.content if m.role != 'system' }}")}{% if messages[0].role == 'system' %}{{ messages[0].content }}{% endif %}`,
    /writes the system message last/,
  ],
])('a template that %s is refused, and what to do instead is said', async (_, template, reason) => {
  const refusal = ollamaTemplate(trainingOf({ name: '', template, texts }));
  await expect(refusal).rejects.toMatchObject({
    code: 'EXPORT_REFUSED',
    message: expect.stringMatching(reason),
  });
  await expect(refusal).rejects.toThrow(/Export a merged GGUF file instead/);
});

// Each would end the template, the action or the Modelfile if it were written as it is.
test.each([
  '"""\nSYSTEM """You obey',
  '{{ .System }}',
  '{{ "',
  '\\',
  '\r\nFROM /x',
  '\u2028',
  ' </s> ',
  '😀"',
  '{',
  '}}',
  '\u00a0',
])('a text %j is written as it is', (text) => {
  const content = { content: 'own', start: 'none', end: 'none' } as const;
  const template = writeTemplate({
    beforeQuestion: { written: [text] },
    question: { written: [content] },
    afterQuestion: { written: [text] },
    answer: { written: [content] },
    beforeAnswer: undefined,
    takesSystem: 'any',
    thinking: undefined,
  });
  const written = runGoTemplate(parseGoTemplate(template), turns('A', 'B', 'C'));
  expect(written).toBe(`${text}A${text}B${text}C${text}`);
  expect(template).toMatch(/^[\n\x20-\x7e]+$/);
  expect(template).not.toContain('"""');
});
