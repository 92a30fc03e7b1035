import { describe, expect, test } from 'vitest';
import { parseGoTemplate } from './go-parser.ts';
import { type OllamaMessage, runGoTemplate } from './go-template.ts';

const conversation: OllamaMessage[] = [
  { role: 'system', content: 'S' },
  { role: 'user', content: 'tëa' },
  { role: 'assistant', content: '' },
];

// Every text is what text/template of Go 1.26 writes, by way of Ollama 0.12.3.
test.each([
  ['{{- "a" }}  {{- "b" -}}  c', 'abc'],
  ['x \n{{- if .System }} y {{ else }} z {{ end -}}\n w', 'x y w'],
  [
    '{{ range .Messages }}[{{ .Role }}:{{ .Content }}]{{ end }}',
    '[system:S][user:tëa][assistant:]',
  ],
  ['{{ range $i, $_ := .Messages }}{{ $i }}{{ len (slice $.Messages $i) }} {{ end }}', '03 12 21 '],
  ['{{ $a := 1 }}{{ range .Messages }}{{ $a = .Role }}{{ end }}{{ $a }}', 'assistant'],
  ['{{ $a := 1 }}{{ if true }}{{ $a := 2 }}{{ end }}{{ $a }}', '1'],
  [
    '{{ range .Messages }}{{ if and .Content (eq (slice .Content 0 1) "t") }}{{ slice .Content 1 }}{{ end }}{{ end }}',
    'ëa',
  ],
  ['{{ range .Messages }}{{ len .Content }}{{ end }}', '140'],
  ['{{ if eq .System "a" "S" }}one{{ else if true }}two{{ end }}', 'one'],
  ['{{ if not (ne .System "S") }}{{ if or false (le 2 2) (gt 1 2) }}yes{{ end }}{{ end }}', 'yes'],
  ['{{ define "x" }}<{{ . }}{{ $ }}>{{ end }}{{ template "x" .System }}', '<SS>'],
  ['{{ "\\n\\t\\\\\\x41\\u00e9\\U0001f375\\"{{" }}', '\n\t\\Aé🍵"{{'],
])('%s writes %j', (template, text) => {
  expect(runGoTemplate(parseGoTemplate(template), conversation)).toBe(text);
});

describe('what Go stops at', () => {
  test.each([
    ['{{ template "none" . }}', /"none" not defined/],
    ['{{ slice .System 2 }}', /out of range/],
    ['{{ $a }}', /undefined variable/],
    ['{{ .Tools.Name }}', /no field/],
    ['{{ if .System }}', /unexpected end/],
    ['{{ end }}', /unexpected/],
    ['{{ .System | len }}', /bad action/],
    ['{{ lower .System }}', /not defined/],
    ['{{ .System', /bad action/],
  ])('%s throws', (template, reason) => {
    expect(() => runGoTemplate(parseGoTemplate(template), conversation)).toThrow(reason);
  });
});
