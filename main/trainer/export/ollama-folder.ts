import { join, resolve } from 'node:path';
import { getNumber, getString, getStrings } from '../../gguf/header/gguf-file.ts';
import type { ExportParams, ExportProgress } from '../../engines/protocol/trainer.ts';
import type { RequestContext } from '../../engines/serve-engine.ts';
import type { ModelFile } from '../weights/model-file.ts';
import { writeGgufCopy } from './gguf-copy.ts';
import { isAdapter } from './lora-factors.ts';
import { writeMergedModel } from './merged-model.ts';
import { writeSynced } from '../checkpoint/atomic-folder.ts';

/**
 * Writes a folder for `ollama create`: a Modelfile with the merged model when a type is wanted,
 * else with the adapter beside it and the base where it lies.
 */
export async function writeOllamaFolder(
  folder: string,
  { base, checkpoint, params }: { base: ModelFile; checkpoint: ModelFile; params: ExportParams },
  context: RequestContext<ExportProgress>,
): Promise<string[]> {
  const isMerged = params.type !== null || !isAdapter(checkpoint);
  const name = isMerged ? 'model.gguf' : 'adapter.gguf';
  const path = join(folder, name);
  const { type } = params;
  if (type === null) await writeGgufCopy(path, { checkpoint, ...params }, context);
  else await writeMergedModel({ base, checkpoint }, { ...params, type }, { path, context });
  const source = isAdapter(checkpoint) ? base : checkpoint;
  const text = modelfile({
    from: isMerged ? `./${name}` : resolve(base.path),
    adapter: isMerged ? undefined : `./${name}`,
    chatTemplate: getString(source.header, 'tokenizer.chat_template'),
    endText: endTextOf(source),
  });
  await writeSynced(join(folder, 'Modelfile'), text);
  return [name, 'Modelfile'];
}

function endTextOf({ header }: ModelFile): string | undefined {
  const id = getNumber(header, 'tokenizer.ggml.eos_token_id');
  return id === undefined ? undefined : getStrings(header, 'tokenizer.ggml.tokens')?.[id];
}

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

/** The text of an Ollama Modelfile. */
function modelfile({ from, adapter, chatTemplate, endText }: ModelfileContent): string {
  const known = templates.find(({ sign }) => sign.test(chatTemplate ?? ''));
  const plain = {
    template: `{{ .Prompt }}${endText ?? ''}{{ .Response }}`,
    stops: [endText ?? ''],
  };
  const chosen = chatTemplate === undefined ? plain : known;
  const stops = (chosen?.stops ?? [endText ?? '']).filter(Boolean);
  return [
    `FROM ${quotedPath(from)}`,
    ...(adapter === undefined ? [] : [`ADAPTER ${quotedPath(adapter)}`]),
    chosen
      ? `TEMPLATE """${chosen.template}"""`
      : '# The chat template of this model has no known form: Ollama takes what it finds in the GGUF.',
    ...stops.map((stop) => `PARAMETER stop ${JSON.stringify(stop)}`),
    ...limaSampling.map((parameter) => `PARAMETER ${parameter}`),
    '',
  ].join('\n');
}

const quotedPath = (path: string) => (/\s/.test(path) ? JSON.stringify(path) : path);
