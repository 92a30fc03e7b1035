import { TrainerError } from '../../engines/protocol/errors.ts';

/** The sampling of the LIMA paper (section 3), which every run is tried with. */
const limaSampling = ['temperature 0.7', 'top_p 0.9', 'repeat_penalty 1.2'];

/** What a Modelfile points at, and how its model was taught to talk. */
export interface ModelfileContent {
  /** A path that Ollama finds: absolute, or relative to the Modelfile. */
  from: string;
  adapter?: string | undefined;
  /** A template of Ollama. */
  template: string;
  /** Texts that end an answer. */
  stops: readonly string[];
}

/**
 * The text of an Ollama Modelfile. Paths and the tokens of a model are foreign text: each is
 * written so that it reads back as it is, or left out with a comment; a path or template that
 * cannot be written is EXPORT_REFUSED.
 */
export function modelfile({ from, adapter, template, stops }: ModelfileContent): string {
  return [
    `FROM ${path(from)}`,
    ...(adapter === undefined ? [] : [`ADAPTER ${path(adapter)}`]),
    '# Writes conversations as they were written for the training of this model.',
    ...(template.includes('.Thinking')
      ? ['# It needs Ollama 0.9, which keeps thinking apart.']
      : []),
    `TEMPLATE """${requireSafe(template)}"""`,
    ...stops.map((stop) =>
      isPlain(stop)
        ? `PARAMETER stop "${stop}"`
        : '# A Modelfile cannot say a text that ends the answers of this model: Ollama takes the token.',
    ),
    ...limaSampling.map((parameter) => `PARAMETER ${parameter}`),
    '',
  ].join('\n');
}

/** Lines of what Ollama does not drop, and no end of the text in them. */
function requireSafe(template: string): string {
  const lines = template.split('\n').map((line) => line.replaceAll('"', ''));
  if (!template.includes('"""') && lines.every((line) => line === '' || isPlain(line)))
    return template;
  throw new TrainerError('EXPORT_REFUSED', 'A Modelfile cannot say the template of this model.');
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
