import { afterAll, describe, expect, test } from 'vitest';
import type { Message } from '../../../shared/domain/message.ts';
import { TemplateError } from '../../../shared/template/template-error.ts';
import { TemplateRenderer } from './template-renderer.ts';

const templates = new TemplateRenderer({ renderMs: 1000, heapMegabytes: 128 });
/** For what is refused in any time. */
const impatient = new TemplateRenderer({ renderMs: 300, heapMegabytes: 128 });
afterAll(() => {
  for (const one of [templates, impatient]) one[Symbol.dispose]();
});

const conversation: Message[] = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Yo' },
];
const options = { bosText: '', eosText: '</s>', addGenerationPrompt: false };
const honest = '{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}';

const render = (template: string, messages = conversation) =>
  templates.render(template, messages, options);

/** Sets `s` to a text of 8 · 2^n characters. */
const long = (doublings: number) =>
  "{% set ns = namespace(s='abcdefgh') %}" +
  '{% set ns.s = ns.s + ns.s %}'.repeat(doublings) +
  '{% set s = ns.s %}';
const list = '{% set r = range(400000) %}';
const nested = (inner: string, depth: number, size = 700) =>
  Array.from({ length: depth }, (_, n) => `{% for i${n} in range(${size}) %}`).join('') +
  inner +
  '{% endfor %}'.repeat(depth);
const repeat = (text: string, count: number) => text.repeat(count);

const bombs: Record<string, string> = {
  'loops in loops': nested('x', 3),
  'loops in loops that only count': nested('{% set x = i0 * i1 %}', 2, 9000),
  'a list of lists': `{% set ns = namespace(a=[]) %}${nested('{% set ns.a = ns.a + [range(9999)] %}', 2)}`,
  'a list that doubles': `${list}{% set ns = namespace(a=r) %}{% for i in range(40) %}{% set ns.a = ns.a + ns.a %}{% endfor %}`,
  'a list that holds itself in text': `${list}{% set ns = namespace(a=r|string) %}{% for i in range(40) %}{% set ns.a = ns.a + (r|string) + ns.a %}{% endfor %}`,
  'sorting a large list again and again': `${list}{% for i in range(9999) %}{% set x = r | reverse | sort %}{% endfor %}`,
  'sorting texts with long equal beginnings': `${long(16)}{% for i in range(9999) %}{% set x = [s + 'b', s + 'a', s + 'c', s] | sort %}{% endfor %}`,
  'joining with a long text': `${list}${long(14)}{{ r | join(s) }}`,
  'joining joins': `${list}{% set a = r | join('xxxxxxxxxxxxxxxx') %}{% for i in range(999) %}{% set x = r | join(a) %}{% endfor %}`,
  'replacing every letter by a long text': `${long(14)}{{ s | replace('a', s) }}`,
  'replacing again and again': `${long(12)}{% set ns = namespace(s=s) %}{% for i in range(99) %}{% set ns.s = ns.s.replace('a', 'aa') %}{% endfor %}`,
  'replacing nothing by something': `${long(20)}{{ s | replace('', s) }}`,
  'splitting a long text into letters': `${long(21)}{% for i in range(999) %}{% set x = s.split('') %}{% endfor %}`,
  'splitting and keeping': `${long(18)}{% set ns = namespace(a=[]) %}{% for i in range(999) %}{% set ns.a = ns.a + s.split('a') %}{% endfor %}`,
  'splitting with a limit': `${long(18)}{% for i in range(9999) %}{% set x = s.split('h', 99999) %}{% endfor %}`,
  'splitting white space': `${long(18).replace('abcdefgh', '        ')}{% for i in range(9999) %}{% set x = s.split() %}{% endfor %}`,
  'slices of a large list': `${list}{% for i in range(99999) %}{% set x = r[1:] %}{% endfor %}`,
  'slices of a long text': `${long(20)}{% for i in range(9999) %}{% set x = s[::-1] %}{% endfor %}`,
  'letters of a long text, in a loop': `${long(20)}{% for c in s %}{% for d in s %}{% endfor %}{% endfor %}`,
  'upper and lower case': `${long(22)}{% for i in range(9999) %}{% set x = s.upper().lower().title() %}{% endfor %}`,
  'trimming a text of spaces': `${long(20).replace('abcdefgh', '       a')}{% for i in range(99999) %}{% set x = s.strip() + (s | trim) %}{% endfor %}`,
  indenting: `${long(16).replace('abcdefgh', 'a\\nb\\nc\\n')}{% for i in range(999) %}{% set x = s | indent(999) %}{% endfor %}`,
  'a huge indent in JSON': '{{ [[[[1]]]] | tojson(indent=500000000) }}',
  'JSON of JSON': `${long(8).replace('abcdefgh', '\\"\\"\\"\\"')}{% set ns = namespace(s=s) %}{% for i in range(99) %}{% set ns.s = ns.s | tojson %}{% endfor %}`,
  'an object that grows': `{% set ns = namespace(a={}) %}{% for i in range(60) %}{% set ns.a = {'a': ns.a, 'b': ns.a} %}{% endfor %}{{ ns.a | tojson }}`,
  'mapping a large list': `${list}{% for i in range(9999) %}{% set x = r | map('string') | list %}{% endfor %}`,
  'selecting from a large list': `{% set a = [] %}${list}{% for i in range(9999) %}{% set x = messages * 99999 %}{% endfor %}${nested('x', 3)}`,
  'looking in a large list': `${list}${nested('{% if -1 in r %}{% endif %}', 2)}`,
  'unique of a large list': `${list}{% for i in range(9999) %}{% set x = (r + r) | unique %}{% endfor %}`,
  'a macro that calls itself': '{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}',
  'macros that branch':
    '{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}',
  'macros that write': `{% macro a() %}${repeat('x', 999)}{% endmacro %}{% macro b() %}${repeat('{{ a() }}', 99)}{% endmacro %}{% macro c() %}${repeat('{{ b() }}', 99)}{% endmacro %}{{ c() }}{{ c() }}`,
  'a caller that calls': `{% macro f(n) %}{% for i in range(999) %}{{ caller() }}{% endfor %}{% endmacro %}{% call f(1) %}{% call f(1) %}{% call f(1) %}x{% endcall %}{% endcall %}{% endcall %}`,
  'a huge range': '{{ range(2 ** 40) }}',
  'many ranges':
    '{% set ns = namespace(a=[]) %}{% for i in range(999) %}{% set ns.a = ns.a + [range(499999)] %}{% endfor %}',
  'a range of broken numbers': "{{ range('a', 10 ** 15) | join }}{{ range(0, 10 ** 300) | join }}",
  'brackets in brackets': `{{ ${repeat('(', 200_000)}1${repeat(')', 200_000)} }}`,
  'lists in lists': `{{ ${repeat('[', 100_000)}${repeat(']', 100_000)} }}`,
  'a chain of nots': `{{ ${repeat('not ', 200_000)}true }}`,
  'a chain of sums': `{{ 1${repeat(' + 1', 200_000)} }}`,
  'a chain of filters': `{{ 'a'${repeat(' | upper', 100_000)} }}`,
  'ifs in ifs': `${repeat('{% if true %}', 50_000)}${repeat('{% endif %}', 50_000)}`,
  'white space that a search goes over again and again': `${repeat(' ', 900_000)}x`,
  'ten megabytes': repeat('{{ 1 }}', 1_500_000),
  'comments without an end': repeat('{#', 400_000),
  'strings without an end': `{{ ${repeat("'", 400_001)} }}`,
  dates: `{% for i in range(9999) %}{% set x = strftime_now('%Y' | replace('%Y', ${JSON.stringify(repeat('%B', 9999))})) %}{% endfor %}${nested('x', 3)}`,
};

describe('a template that would take for ever', () => {
  test.each(Object.entries(bombs))(
    'is refused: %s',
    async (_, template) => {
      const startMs = performance.now();
      const rendered = impatient.render(template, conversation, options);
      const error: unknown = await rendered.catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TemplateError);
      expect(error).toMatchObject({ code: expect.stringMatching(/TOO_LONG|INVALID|FAILED/) });
      expect(performance.now() - startMs).toBeLessThan(25_000);
    },
    40_000,
  );

  test('leaves the next conversation of another template to a process that works', async () => {
    const bomb = render(bombs['slices of a large list'] ?? '').catch((error: unknown) => error);
    const behind = render(honest);
    expect(await bomb).toMatchObject({ code: 'TEMPLATE_TOO_LONG' });
    expect((await behind).map(({ text }) => text)).toEqual(['Hi', '</s>', 'Yo', '</s>']);
  });

  test('is refused at once for everything that waits for it', async () => {
    const template = bombs['slices of a large list'] ?? '';
    const startMs = performance.now();
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => render(template)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([]);
    expect(performance.now() - startMs).toBeLessThan(25_000);
  }, 40_000);

  test('that ends the process by its memory is refused with the limit named', async () => {
    using patient = new TemplateRenderer({ renderMs: 60_000, heapMegabytes: 64 });
    const bomb = patient.render(bombs['many ranges'] ?? '', conversation, options);
    await expect(bomb).rejects.toThrow(/needs more than 64\.0 MiB of memory/);
    expect(await patient.render(honest, conversation, options)).toHaveLength(4);
  }, 30_000);
});

test('a conversation of 66 million characters is refused alone', async () => {
  const content = 'All of it. '.repeat(6_000_000);
  const long = render(honest, [{ role: 'user', content }]);
  const others = Array.from({ length: 100 }, () => render(honest));
  await expect(long).rejects.toThrow(/writes more than 64000000 characters/);
  expect((await Promise.all(others)).every((segments) => segments.length === 4)).toBe(true);
}, 60_000);

test('an honest template renders a thousand conversations and a very long one', async () => {
  const many = await Promise.all(Array.from({ length: 1000 }, () => render(honest)));
  expect(many.every((segments) => segments.length === 4)).toBe(true);
  const content = 'All of it. '.repeat(400_000);
  const segments = await render(honest, [{ role: 'user', content }, ...conversation]);
  expect(segments[0]?.text).toBe(content);
}, 30_000);
