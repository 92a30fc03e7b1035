import { expect, test } from 'vitest';
import { renderPlain } from '../testing/render-plain.ts';

/** Templates, and what Jinja2 3.1.6 makes of them in the environment of transformers 5.24. */
const templates: [string, string][] = [
  [
    '{% for a in [1,2,3] %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.changed(a) }}{{ loop.cycle(1,2) }}|{% endfor %}',
    '1032TrueFalse3102True1|2121FalseFalse31013True2|3210FalseTrue3102True1|',
  ],
  ['{% for a in [1,1,2] %}{{ loop.changed(a) }}{% endfor %}', 'TrueFalseTrue'],
  [
    '{% for a in [1] %}{% for b in [2] %}{{ loop.depth }}{% endfor %}{{ loop.depth }}{% endfor %}',
    '11',
  ],
  [
    "{% for k, g in [{'a':1,'b':2},{'a':1,'b':3}]|groupby('a') %}{{ k }}:{{ g|map(attribute='b')|join(',') }}{% endfor %}",
    '1:2,3',
  ],
  [
    "{% for g in [{'a':1,'b':2}]|groupby('a') %}{{ g.grouper }}{{ g.list|length }}{% endfor %}",
    '11',
  ],
  ['{% for row in [1,2,3]|batch(2) %}{{ row|join }}/{% endfor %}', '12/3/'],
  ['{% set a = (1,) %}{{ a }}', '(1,)'],
  ['{% set x | upper %}ab{% endset %}{{ x }}', 'AB'],
  ["{% set x | trim | replace('a','b') %} ab {% endset %}{{ x }}", 'bb'],
  ['{% macro f() %}{{ i }}{% endmacro %}{% for i in [1,2] %}[{{ f() }}]{% endfor %}', '[][]'],
  [
    '{% macro f() %}{{ loop is defined }}{% endmacro %}{% for i in [1] %}{{ f() }}{% endfor %}',
    'False',
  ],
  ['{% with a=1, b=a %}{{ a }}{{ b }}{% endwith %}', '1'],
  ['{% set a = 9 %}{% with a=1, b=a %}{{ a }}{{ b }}{% endwith %}{{ a }}', '199'],
  ['a\n{% raw %}\n x\n{% endraw %}\nb', 'a\n\n x\nb'],
  ['a {%- raw -%}  x  {%- endraw -%} b', 'axb'],
  ['  {- x -}\ny', '  {- x -}\ny'],
  ['{ %}\n#}\nz', '{ %}\n#}\nz'],
  ["{{ 'line\n  {% x' }}", 'line\n  {% x'],
  ["{% set j = joiner(', ') %}{% for i in [1,2,3] %}{{ j() }}{{ i }}{% endfor %}", '1, 2, 3'],
  ["{% set d = {'a': 1} %}{% set d = dict(d, b=2) %}{{ d }}", "{'a': 1, 'b': 2}"],
  [
    "{% macro r(x) %}{% if x is sequence and x is not mapping and x is not string %}S{% elif x is mapping %}M{% elif x is string %}T{% else %}O{% endif %}{% endmacro %}{{ r([]) }}{{ r(()) }}{{ r({}) }}{{ r('') }}{{ r(1) }}{{ r(none) }}{{ r(nope) }}",
    'SSMTOOS',
  ],
  ['{% if messages is iterable %}i{% endif %}{% if messages[0] is iterable %}m{% endif %}', 'im'],
  ["{{ '{\"a\": ' ~ ({'b': 1.0} | tojson) ~ '}' }}", '{"a": {"b": 1.0}}'],
  [
    "{{ {'type':'function','function':{'name':'f','parameters':{'x':[1,2.0,None,True]}}} | tojson(indent=4) }}",
    '{\n    "type": "function",\n    "function": {\n        "name": "f",\n        "parameters": {\n            "x": [\n                1,\n                2.0,\n                null,\n                true\n            ]\n        }\n    }\n}',
  ],
  ["{% for k in {'b':1,'a':2}|sort %}{{ k }}{% endfor %}", 'ab'],
  [
    "{{ [1,2,3]|select('equalto',2)|first }}{{ [1]|select('equalto',2)|first|default('none') }}",
    '2none',
  ],
  ["{{ 'abc' | list | batch(2) | map('join') | join(',') }}", 'ab,c'],
  ['{{ 3.0 // 2 }}{{ 3 // 2.0 }}{{ 1e3 }}{{ 1.5e-3 }}', '1.01.01000.00.0015'],
  ['a\n  {%- if true -%}\n  b\n  {%- endif -%}\n c', 'abc'],
  ['a\n  {%+ if true +%}\n  b\n  {%+ endif +%}\n c', 'a\n  \n  b\n  \n c'],
  ['a\n  {{ 1 }}\n  {{- 2 -}}\n c', 'a\n  12c'],
  [
    '{% for m in messages %}{% generation %}\n{{ m.role }}\n{% endgeneration %}\n{% endfor %}',
    'user\nassistant\n',
  ],
  ['a\n  {# c #}\n  b', 'a\n  b'],
  ['\t{% if true %}\t{% endif %}\t\n', '\t\t'],
  ['a\r\n  {% if true %}\r\n  b\r\n{% endif %}\r\nc\r\n', 'a\n  b\nc'],
  ['a  {%- generation %} b {% endgeneration -%}  c', 'a b c'],
  ['line1\n{#- c -#}\nline2', 'line1line2'],
  ['  {% raw %}\n{{ x }}\n  {% endraw %}\n  y\n\n', '\n{{ x }}\n  y\n'],
  // Of 26 July 2024, which is today for every template.
  [
    "{{ strftime_now('%A, %-d %B %Y, %e.%-m.%y %j %V %I:%M:%S %p %H%%') }}|{{ strftime_now('%F %T %D %c %-H %Z%z') }}",
    'Friday, 26 July 2024, 26.7.24 208 30 12:00:00 AM 00%|2024-07-26 00:00:00 07/26/24 Fri Jul 26 00:00:00 2024 0 ',
  ],
];

test.each(templates)('%j renders as in Python', (template, expected) => {
  expect(renderPlain(template)).toBe(expected);
});
