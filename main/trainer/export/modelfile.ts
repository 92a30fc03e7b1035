import { TrainerError } from '../../engines/protocol/errors.ts';

/** How Ollama writes a chat, and where an answer ends. */
interface OllamaTemplate {
  /** A text that only chat templates of this kind have. */
  sign: RegExp;
  template: string;
  stops: readonly string[];
}

const turns = (system: string, user: string, answer: string) =>
  `{{ if .System }}${system}{{ end }}{{ if .Prompt }}${user}{{ end }}${answer}`;

/** Chat formats that Ollama's template language can say; a Modelfile for others has no TEMPLATE. */
const templates: readonly OllamaTemplate[] = [
  {
    sign: /<\|start_header_id\|>/,
    template: turns(
      '<|start_header_id|>system<|end_header_id|>\n\n{{ .System }}<|eot_id|>',
      '<|start_header_id|>user<|end_header_id|>\n\n{{ .Prompt }}<|eot_id|>',
      '<|start_header_id|>assistant<|end_header_id|>\n\n{{ .Response }}<|eot_id|>',
    ),
    stops: ['<|eot_id|>'],
  },
  {
    sign: /<\|im_start\|>/,
    template: turns(
      '<|im_start|>system\n{{ .System }}<|im_end|>\n',
      '<|im_start|>user\n{{ .Prompt }}<|im_end|>\n',
      '<|im_start|>assistant\n{{ .Response }}<|im_end|>\n',
    ),
    stops: ['<|im_end|>'],
  },
  {
    sign: /<start_of_turn>/,
    template:
      '<start_of_turn>user\n{{ if .System }}{{ .System }}\n\n{{ end }}{{ .Prompt }}<end_of_turn>\n' +
      '<start_of_turn>model\n{{ .Response }}<end_of_turn>\n',
    stops: ['<end_of_turn>'],
  },
  {
    sign: /<\|assistant\|>[^]*<\|end\|>|<\|end\|>[^]*<\|assistant\|>/,
    template: turns(
      '<|system|>\n{{ .System }}<|end|>\n',
      '<|user|>\n{{ .Prompt }}<|end|>\n',
      '<|assistant|>\n{{ .Response }}<|end|>\n',
    ),
    stops: ['<|end|>'],
  },
  {
    sign: /\[INST\]/,
    template:
      '[INST] {{ if .System }}{{ .System }}\n\n{{ end }}{{ .Prompt }} [/INST] {{ .Response }}',
    stops: ['[INST]'],
  },
];

/** The sampling of the LIMA paper (section 3), which every run is tried with. */
const limaSampling = ['temperature 0.7', 'top_p 0.9', 'repeat_penalty 1.2'];

/** What a Modelfile points at, and how its model was taught to talk. */
export interface ModelfileContent {
  /** A path that Ollama finds: absolute, or relative to the Modelfile. */
  from: string;
  adapter?: string | undefined;
  /** The chat template of the model; absent when each turn ends with `endText` and nothing else. */
  chatTemplate: string | undefined;
  endText: string | undefined;
}

/**
 * The text of an Ollama Modelfile. Paths and the tokens of a model are foreign text: each is
 * written so that it reads back as it is, or left out with a comment; a path that cannot be
 * written is EXPORT_REFUSED.
 */
export function modelfile({ from, adapter, chatTemplate, endText }: ModelfileContent): string {
  const known = templates.find(({ sign }) => sign.test(chatTemplate ?? ''));
  const plain = {
    template: `{{ .Prompt }}${templateText(endText ?? '')}{{ .Response }}`,
    stops: [endText ?? ''],
  };
  const chosen = chatTemplate === undefined ? plain : known;
  const stops = (chosen?.stops ?? [endText ?? '']).filter(Boolean);
  return [
    `FROM ${path(from)}`,
    ...(adapter === undefined ? [] : [`ADAPTER ${path(adapter)}`]),
    chosen
      ? `TEMPLATE """${chosen.template}"""`
      : '# The chat template of this model has no known form: Ollama takes what it finds in the GGUF.',
    ...stops.map((stop) =>
      isPlain(stop)
        ? `PARAMETER stop "${stop}"`
        : '# A Modelfile cannot say the end-of-text token of this model: Ollama takes it from the GGUF.',
    ),
    ...limaSampling.map((parameter) => `PARAMETER ${parameter}`),
    '',
  ].join('\n');
}

/**
 * What Ollama reads back unchanged between quotation marks: it knows no escapes, ends a value at
 * the first line that ends with one, and drops what Go does not call printable.
 */
function isPlain(text: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]+$/u.test(text) && !text.includes('"');
}

function path(text: string): string {
  if (!isPlain(text))
    throw new TrainerError(
      'EXPORT_REFUSED',
      `A Modelfile cannot say the path ${JSON.stringify(text)}. Move the base model to a path without quotation marks, line breaks and invisible characters, or export it merged.`,
    );
  return /\s/.test(text) ? `"${text}"` : text;
}

/** Text inside a template of Go: as it is where nothing in it has a meaning, else a constant. */
function templateText(text: string): string {
  if (/^[\w<>|/:. [\]()-]*$/.test(text)) return text;
  const constant = Array.from(text, (character) =>
    /^[\w<>|/:. [\]()-]$/.test(character)
      ? character
      : `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  );
  return `{{ "${constant.join('')}" }}`;
}
