import { expect, test } from 'vitest';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { renderConversation } from '../../../shared/template/render-conversation.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import { callInTime } from '../../engines/call-in-time.ts';
import { mutate } from './mutate.ts';

/** Set them to look longer and elsewhere, as for GGUF headers: `LIMA_FUZZ_FILES=100000`. */
const templateCount = Number(process.env['LIMA_FUZZ_FILES'] ?? 600);
const firstSeed = Number(process.env['LIMA_FUZZ_SEED'] ?? 1);

const templates = [
  `{%- if messages[0].role == 'system' %}
{{- '<|sys|>' + messages[0]['content'] | trim + '<|end|>\\n' }}
{%- set loop_messages = messages[1:] %}
{%- else %}{% set loop_messages = messages %}{% endif %}
{%- for message in loop_messages %}
  {%- if (message.role == 'user') != (loop.index0 % 2 == 0) %}
    {{- raise_exception('roles must alternate: ' ~ message.role) }}
  {%- elif message.role is in ['user', 'assistant'] %}
    {{- '<|' + message.role + '|>' + message.content + '<|end|>' }}
  {%- else %}{{ {'role': message.role, 1: [1.5, none]} | tojson(indent=2) }}{% endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}`,
  `{#- a comment -#}{% macro turn(name, text='', end=eos_token) -%}
[{{ name.upper()[:4] }}]{{ text.strip('\\n') if text else '-' }}{{ end }}
{%- endmacro %}
{% set ns = namespace(count=0, seen=[]) %}
{% for m in messages if m.content is defined and m.content | length is ge 0 %}
{% set ns.count = ns.count + 1 %}{% with n = ns.count %}{{ n }}{{ turn(m['role'], m.content) }}{% endwith %}
{% endfor %}{% raw %}{{ raw }}{% endraw %}{{ '%s of %d' % (ns.count, [1, 2] | sum) }}
{% set block %}{{ range(3) | map('string') | join(', ') }}{% endset %}{{ block | upper }}`,
];
const messages: Message[] = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Name a knot. {{ 7 * 7 }}' },
  { role: 'assistant', content: ' A bowline 🪢.\n' },
];

/** Pieces between the tags, so that what is spliced is often a whole tag. */
const pieces = templates.flatMap((template) => template.split(/(?=\{[%{#])|(?<=[%}#]\})/));

function spliced(template: string, seed: number): string {
  const random = seededUniform(seed);
  const pick = (count: number) => Math.floor(random() * count);
  const parts = template.split(/(?=\{[%{#])|(?<=[%}#]\})|(?<=[|(,])/);
  for (let changes = 1 + pick(4); changes > 0; changes -= 1)
    parts.splice(pick(parts.length), pick(3), pieces[pick(pieces.length)] ?? '');
  return parts.join('');
}

/** A damaged template, and whether it was refused; throws what is no answer to a bad template. */
function outcome(template: string, seed: number): 'rendered' | 'refused' {
  const options = { bosText: '<s>', eosText: '</s>', addGenerationPrompt: seed % 2 === 1 };
  try {
    const done = callInTime(() => renderConversation(template, messages, options), 5000);
    return done ? 'rendered' : 'refused';
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const isPlaced = error.code === 'TEMPLATE_INVALID' || error.code === 'TEMPLATE_FAILED';
    const lines = template.split('\n').length;
    if (isPlaced && !(error.line !== undefined && error.line >= 1 && error.line <= lines))
      throw new Error(`No place: ${error.message}`, { cause: error });
    return 'refused';
  }
}

// `npm run corpus -- FOLDER --mutate 1000` does the same to templates in files.
test('a damaged template renders, or is refused with its line where it has one', () => {
  const counts = { rendered: 0, refused: 0 };
  for (let seed = firstSeed; seed < firstSeed + templateCount; seed += 1) {
    const template = templates[seed % templates.length] ?? '';
    const damaged =
      seed % 3 === 0
        ? mutate(Buffer.from(template), seed).bytes.toString('utf8')
        : spliced(template, seed);
    try {
      counts[outcome(damaged, seed)] += 1;
    } catch (error) {
      const start = JSON.stringify(damaged.slice(0, 3000));
      throw new Error(`LIMA_FUZZ_FILES=1 LIMA_FUZZ_SEED=${seed}: ${start}`, { cause: error });
    }
  }
  expect(counts.rendered + counts.refused).toBe(templateCount);
  // Were all of them refused, or none, it would prove little.
  const fewest = templateCount < 600 ? 0 : 30;
  expect(Math.min(counts.rendered, counts.refused)).toBeGreaterThanOrEqual(fewest);
});
