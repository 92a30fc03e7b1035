import { expect, test } from 'vitest';
import type { Message } from '../domain/message.ts';
import { renderConversation } from './render-conversation.ts';
import { TemplateError } from './template-error.ts';
import { fixtureTemplates } from './testing/template-fixtures.ts';

const conversation: Message[] = [
  { role: 'system', content: 'Be kind' },
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Yo' },
];

function failure(template: string, messages = conversation, eosText = '</s>'): TemplateError {
  try {
    renderConversation(template, messages, { bosText: '', eosText, addGenerationPrompt: false });
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('It was rendered');
}

const echo = '{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}';

test.each([
  ['does not parse', '{% for m in messages %}', 'TEMPLATE_INVALID'],
  ['calls what does not exist', '{{ messages.explode() }}', 'TEMPLATE_FAILED'],
  ['recurses for ever', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', 'TEMPLATE_TOO_LONG'],
  [
    'writes more than there is to say',
    "{{ range(200000) | join('xxxxxxxx') }}",
    'TEMPLATE_TOO_LONG',
  ],
  ['is longer than any template', 'x'.repeat(1_000_001), 'TEMPLATE_INVALID'],
  [
    'loops for ever',
    '{% for i in range(9999) %}{% for j in range(9999) %}{% set x = 1 %}{% endfor %}{% endfor %}',
    'TEMPLATE_TOO_LONG',
  ],
  ['builds an endless list', '{% for i in range(99999999999) %}{% endfor %}', 'TEMPLATE_TOO_LONG'],
  [
    'doubles a string',
    "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
    'TEMPLATE_TOO_LONG',
  ],
  ['writes a message twice', echo + echo, 'TEMPLATE_REPEATS_MESSAGE'],
  [
    'changes letters',
    '{% for m in messages %}{{ m.content | upper }}{{ eos_token }}{% endfor %}',
    'TEMPLATE_REWRITES_MESSAGE',
  ],
])('a template that %s is refused with a code', (_, template, code) => {
  expect(failure(template).code).toBe(code);
});

test('a template that drops a message is refused with the message named', () => {
  const template = `{% for m in messages if m.role != 'system' %}{{ m.content }}{% endfor %}`;
  expect(failure(template)).toMatchObject({
    code: 'TEMPLATE_DROPS_MESSAGE',
    message: expect.stringContaining('message 1 (system)'),
  });
});

test("a refusal by the template itself carries the template's words", () => {
  expect(failure(fixtureTemplates.mistral.template).message).toContain(
    'Only user and assistant roles are supported!',
  );
});

test('a template without end of turn is refused for a vocabulary without EOS', () => {
  const template = '{% for m in messages %}{{ m.content }}{% endfor %}';
  expect(failure(template, conversation, '').code).toBe('TEMPLATE_NO_END_TOKEN');
});
