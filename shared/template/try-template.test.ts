import { expect, test } from 'vitest';
import { tryTemplate } from './try-template.ts';

const texts = { bosText: '<s>', eosText: '</s>', endTexts: ['<|im_end|>'] };
const chatml =
  '{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}' +
  '{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}';

test('a template that renders every trial conversation has no problem and no remark', () => {
  expect(tryTemplate(chatml, texts)).toEqual({ problem: '', remarks: [] });
});

test.each([
  [
    '{% for m in messages %}\n{{ m.content }\n{% endfor %}',
    /parsed: \}\} is expected, and \} found \(line 2: \{\{ m/,
  ],
  [
    'a\n{% for m in messages %}\n{{ m.content }}',
    /ends before a tag or a block is closed \(line 3/,
  ],
  ['x\n\n{{ 1 $ 2 }}', /Unexpected character: \$ \(line 3: \{\{ 1 \$ 2 \}\}\)/],
  [
    "a\n{% for m in messages %}{% if m.role == 'x' %}a{% elif m.role == 'user' %}\n{{ raise_exception('no user') }}{% else %}b{% endif %}{% endfor %}",
    /no user \(line 3: \{\{ raise_exception\('no user'\) \}\}\)/,
  ],
  [
    '{% macro f(a) %}\n{{ a.b() }}{% endmacro %}\n{# c #}{% set x %}y{% endset %}\n{{ f(1) }}',
    /\(line 2: \{\{ a\.b\(\) \}\}\)/,
  ],
  ['{% set x = 1 %}{{ x }}', /leaves out message 1/],
])('%j is refused with the line and what is wrong', (template, reason) => {
  expect(tryTemplate(template, texts).problem).toMatch(reason);
});

test('turns that end without a stop token are told', () => {
  const template = '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}';
  expect(tryTemplate(template, texts).remarks.join()).toMatch(/ends earlier answers without/);
});

test('a prompt that is not how the sample begins is told with the place', () => {
  const template = `${chatml.slice(0, -'{% endif %}'.length)}<think>\n{% endif %}`;
  expect(tryTemplate(template, texts).remarks.join()).toMatch(
    /message \d: where the prompt of a chat has "<think>/,
  );
});

test('a system message that stands behind the first question is told', () => {
  const moved =
    "{% set s = messages[0].content if messages[0].role == 'system' else '' %}" +
    "{% for m in messages if m.role != 'system' %}" +
    "{% if m.role == 'user' %}[{% if loop.revindex == 2 or loop.last %}{{ s }}|{% endif %}{{ m.content }}]{% else %}{{ m.content }}</s>{% endif %}{% endfor %}";
  expect(tryTemplate(moved, texts).remarks.join()).toMatch(/system message not first/);
});

test('a template that knows no system message says so and is no problem', () => {
  const template = `{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}${chatml}`;
  expect(tryTemplate(template, texts)).toMatchObject({
    problem: '',
    remarks: [expect.stringMatching(/refuses system messages: .*no system/)],
  });
});
