import { expect, test } from 'vitest';
import { renderPlain } from '../testing/render-plain.ts';

/** Templates, and what Jinja2 3.1.6 makes of them in the environment of transformers 5.24. */
const cases: [string, string][] = [
  [
    "{{ '  ab '.strip() }}|{{ '\\n\\n  ab\\n'.strip('\\n') }}|{{ 'xxabxx'.lstrip('x') }}|{{ 'xyabyx'.rstrip('xy') }}|{{ '--a-'.strip('-') }}",
    'ab|  ab|abxx|xyab|a',
  ],
  ["{{ 'one \\\ntwo' }}", 'one two'],
  [
    "{{ 'a\\qb\\d' }}|{{ '\\x41\\u00e9\\U0001F600\\101\\0' }}|{{ '\\a' == '\\x07' }}",
    'a\\qb\\d|A\u00e9\ud83d\ude00A\u0000|True',
  ],
  [
    "{{ '%s is %d, %.2f %5s|%-5s|%05d %x %r %% %i' % ('a', 3, 2.5, 'b', 'c', 42, 255, 'q', 7) }}",
    "a is 3, 2.50     b|c    |00042 ff 'q' % 7",
  ],
  [
    "{{ '%s' % 'x' }}|{{ '%(a)s-%(b)03d' % {'a': 'k', 'b': 5} }}|{{ '%s %s' % (none, true) }}|{{ '%+d % d' % (3, 4) }}|{{ '%c' % 65 }}|{{ '%e' % 12345.678 }}|{{ '%g' % 0.0001 }}",
    'x|k-005|None True|+3  4|A|1.234568e+04|0.0001',
  ],
  [
    "{{ '{} and {}'.format('a', 1) }}|{{ '{1}{0}'.format('a','b') }}|{{ '{x}{{}}'.format(x=3) }}|{{ '{:>5}|{:<5}|{:^5}|{:05d}|{:.2f}|{:,}|{:x}|{!r}'.format('a','b','c',42,3.14159,1234567,255,'q') }}|{{ '{0[k]}'.format({'k':9}) }}",
    "a and 1|ba|3{}|    a|b    |  c  |00042|3.14|1,234,567|ff|'q'|9",
  ],
  ["{{ '%s: %d' | format('a', 3) }}", 'a: 3'],
  ["{{ none ~ 'a' ~ true ~ [1] ~ 2.0 }}|{{ undefinedthing ~ 'x' }}", 'NoneaTrue[1]2.0|x'],
  [
    "{{ none == none }}|{{ none in [none] }}|{{ 'a' < 'b' }}|{{ '-' * 3 }}|{{ 3 * 'ab' }}|{{ 1 == true }}|{{ '1' == 1 }}|{{ [1,2] == [1,2] }}|{{ {'a':1} == {'a':1} }}|{{ [1] * 2 }}",
    'True|True|True|---|ababab|True|False|True|True|[1, 1]',
  ],
  [
    "{{ '\ud83d\ude00a' | length }}|{{ '\ud83d\ude00a'[1] }}|{{ '\ud83d\ude00a'[0] }}|{{ 'abc'[::-1] }}|{{ 'abc'[-2:] }}",
    '2|a|\ud83d\ude00|cba|bc',
  ],
  ['{% for i in [1,2] %}{{ x is defined }}{% set x = 1 %}{% endfor %}', 'FalseFalse'],
  [
    "{% for c in 'ab' %}{{ c }},{% endfor %}|{% for a, b in {'x':1}.items() %}{{ a }}{{ b }}{% endfor %}|{% for a, b in [(1,2)] %}{{ a + b }}{% endfor %}",
    'a,b,|x1|3',
  ],
  [
    "{{ 'a,b'.split(',') | join('-') }}|{{ 'a b  c'.split() | length }}|{{ 'a.b.c'.rsplit('.', 1)[0] }}|{{ 'a-b-c'.partition('-')[2] }}|{{ 'a-b-c'.rpartition('-')[0] }}|{{ 'x'.join(['1','2']) }}|{{ 'abcabc'.find('c') }}|{{ 'abcabc'.rfind('c') }}|{{ 'abcabc'.count('b') }}|{{ 'a\\nb'.splitlines() | length }}|{{ 'prefix-x'.removeprefix('prefix-') }}|{{ 'x.md'.removesuffix('.md') }}|{{ 'ab'.zfill(5) }}|{{ 'ab'.center(6,'*') }}|{{ 'ab'.ljust(4,'.') }}|{{ 'ab'.rjust(4) }}|{{ '12'.isdigit() }}|{{ 'Ab'.swapcase() }}|{{ 'abc'.index('b') }}|{{ 'a1'.isalnum() }}|{{ 'ab'.isalpha() }}|{{ ' '.isspace() }}|{{ 'AB'.isupper() }}|{{ 'ab'.islower() }}",
    'a-b|3|a.b|b-c|a-b|1x2|2|5|2|2|x|x|000ab|**ab**|ab..|  ab|True|aB|1|True|True|True|True|True',
  ],
  [
    "{{ '  xx ' | trim }}|{{ '--xx-' | trim('-') }}|{{ 'a' | default('b') }}|{{ '' | default('b', true) }}|{{ none | default('d') }}",
    'xx|xx|a|b|None',
  ],
  [
    "{{ messages[0].content.strip('\\n') }}|{{ messages[0]['content'].lstrip('\\n') }}",
    '    return x |    return x \n',
  ],
  [
    "{% set ns = namespace(x='') %}{% for m in messages %}{% set ns.x = ns.x + m.content.lstrip('\\n').rstrip(' ') %}{% endfor %}{{ ns.x }}",
    '    return x \nok',
  ],
  ['{{ -5 % 3 }}|{{ 7 // 2 }}|{{ 7 / 2 }}|{{ 6 / 2 }}|{{ 2 ** 3 }}', '1|3|3.5|3.0|8'],
  ["{% macro f(a, b='d') %}<{{ a }}{{ b }}>{% endmacro %}{{ f(1) }}{{ f('x', b=2) }}", '<1d><x2>'],
  [
    '{%- set a -%}  in {%- endset -%}[{{ a }}]{# c #}\n  {%- if true +%}\n x{% endif %}',
    '[in]\n x',
  ],
  ['  {% if true %}\n  y\n  {% endif %}\nz{% raw %}{{ raw }}{% endraw %}', '  y\nz{{ raw }}'],
  ["{{ '\\ufeffa\\x1c '.strip() | length }}|{{ '\\x85a'.strip() | length }}", '2|1'],
  [
    "{{ 'aXbX'.replace('X', '-', 1) }}|{{ 'aXbX' | replace('X','-') }}|{{ 'abc'.startswith(('x','a')) }}|{{ 'ab' in 'cabd' }}|{{ 'a'.upper() }}|{{ '\u0130'.lower() | length }}|{{ '\u00df'.upper() }}",
    'a-bX|a-b-|True|True|A|2|SS',
  ],
  [
    "{{ 'a' if false }}|{{ ('a','b')[1] }}|{{ messages[-1].role }}|{{ messages[1:] | length }}|{{ messages | last | string | length > 0 }}",
    '|b|assistant|1|True',
  ],
  [
    "{% for m in messages if m.role == 'user' %}{{ loop.index }}{{ loop.last }}{{ loop.cycle('a','b') }}{% else %}none{% endfor %}|{% for i in range(3) %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}|{% for i in range(3) %}{% if i == 1 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    '1Truea|02|0',
  ],
  [
    '{% for i in range(3) %}x{{ i }}{% if i == 1 %}y{% continue %}{% endif %}z{% endfor %}',
    'x0zx1yx2z',
  ],
  [
    "{{ messages[0].get('name', 'dflt') }}|{{ messages[0].name }}|{{ messages[0].name is defined }}|{{ 'name' in messages[0] }}|{{ messages[0].items() | list | length }}|{{ messages[0].keys() | list }}",
    "dflt||False|False|2|['role', 'content']",
  ],
  ["{{ ['a', 'b',] | join('-') }}|{{ '[%s]' % ('x',) }}", 'a-b|[x]'],
  [
    '{{ 4 is divisibleby(2) }} {{ 3 is divisibleby 2 }} {{ 3 is not divisibleby(2) }} {{ 1 is eq 1 and 2 is gt(1) }} {{ 1 is in [1, 2] }} {{ true is sameas true }} {{ 1 is sameas(true) }}',
    'True False True True True True False',
  ],
  [
    '{% for i in [1, 2] %}{% with a = loop.index, b = [2, 3]|sum %}{{ a + b }}{{ loop.last }}{% endwith %}{{ a }}{% endfor %}',
    '6False7True',
  ],
  ['{% with %}{% set x = 1 %}{{ x }}{% endwith %}{{ x }}', '1'],
  [
    "{{ [1, 2.5]|sum }} {{ [{'a': 1}, {'a': 4}]|sum(attribute='a') }} {{ [3, 1, 2]|min }} {{ ['b', 'A']|max }} {{ []|min }}|",
    '3.5 5 1 b |',
  ],
  ["{{ '<a&\"\\'>'|e }} {{ '<'|escape }}", '&lt;a&amp;&#34;&#39;&gt; &lt;'],
  ["{{ 1.0|tojson }}{{ {1: 'a'}[1] }}{{ none|selectattr('x')|list }}", '1.0a[]'],
  ['{% for i in range(2) %}{% continue %}{% else %}never{% endfor %}', ''],
  ["{%- set _ = 'x' %}{{ none }}{{ 'a' if false }}", 'None'],
];

test.each(cases)('%j renders as Jinja in Python renders it', (template, expected) => {
  expect(renderPlain(template)).toBe(expected);
});

test.each([
  "{{ '%d' % 'a' }}",
  "{{ '%s %s' % 'a' }}",
  "{{ '%s' % (1, 2) }}",
  "{{ '{} {}'.format(1) }}",
  "{{ 'a'.index('b') }}",
  "{{ 'a'.split('') }}",
  '{{ 5 % 0 }}',
  "{% set a, b = 'abc' %}",
])('%j is refused where Python raises an error', (template) => {
  expect(() => renderPlain(template)).toThrow('refuses this conversation');
});

test.each([
  "{{ '-' * 999999999 }}",
  "{{ '%999999999d' % 1 }}",
  "{{ '{:>999999999}'.format('a') }}",
  "{{ 'a'.center(999999999) }}",
  '{{ [1] * 999999999 }}',
])('%j is stopped before it is written', (template) => {
  expect(() => renderPlain(template)).toThrow('was stopped');
});
