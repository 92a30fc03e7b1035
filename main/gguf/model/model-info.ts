import type { ModelInfo } from '../../../shared/domain/model/model.ts';
import { getNumber, getString, getStringCount, type GgufFile } from '../header/gguf-file.ts';
import { tensorTypeName } from '../header/tensor-types.ts';
import { GgufError } from '../header/gguf-error.ts';
import { readHyperParameters } from './hyper-parameters.ts';
import { planTensors } from './tensor-plan.ts';
import { Untrainable } from './trainable.ts';

/**
 * Names of mixed quantizations by `general.file_type` (`llama_ftype` of llama.h), with the tensor
 * type they are mixed around. All other files are named after the type of most weights.
 */
const mixedQuantizations = new Map<number, { name: string; around: string }>([
  [11, { name: 'Q3_K_S', around: 'Q3_K' }],
  [12, { name: 'Q3_K_M', around: 'Q3_K' }],
  [13, { name: 'Q3_K_L', around: 'Q3_K' }],
  [14, { name: 'Q4_K_S', around: 'Q4_K' }],
  [15, { name: 'Q4_K_M', around: 'Q4_K' }],
  [16, { name: 'Q5_K_S', around: 'Q5_K' }],
  [17, { name: 'Q5_K_M', around: 'Q5_K' }],
  [21, { name: 'Q2_K_S', around: 'Q2_K' }],
  [22, { name: 'IQ3_XS', around: 'IQ3_S' }],
  [27, { name: 'IQ3_M', around: 'IQ3_S' }],
  [28, { name: 'IQ2_S', around: 'IQ2_XS' }],
  [29, { name: 'IQ2_M', around: 'IQ2_S' }],
  [38, { name: 'MXFP4_MOE', around: 'MXFP4' }],
]);

const mostNameCharacters = 500;

/** Summarizes a header. Numbers that the file does not state are 0. */
export function modelInfo(file: GgufFile): ModelInfo {
  const architecture = getString(file, 'general.architecture') ?? 'unknown';
  const own = (key: string) => getNumber(file, `${architecture}.${key}`) ?? 0;
  return {
    // A header may hold megabytes here; lists show it whole.
    name: (getString(file, 'general.name') ?? '').slice(0, mostNameCharacters).toWellFormed(),
    architecture,
    parameters: file.tensors.reduce((sum, tensor) => sum + elements(tensor.ne), 0),
    quantization: quantizationName(file),
    tensorTypes: countTypes(file),
    contextLength: own('context_length'),
    embeddingLength: own('embedding_length'),
    layers: own('block_count'),
    vocabularySize: vocabularySize(file),
    hasChatTemplate: getString(file, 'tokenizer.chat_template') !== undefined,
    fileSizeBytes: file.fileSizeBytes,
    trainable: trainability(file),
    warnings: tokenizerWarnings(file),
  };
}

/** llama.cpp warns of it in its log alone: words are split into other tokens than in pretraining. */
function tokenizerWarnings(file: GgufFile): string[] {
  const isBytePair = getString(file, 'tokenizer.ggml.model') === 'gpt2';
  if (!isBytePair || getString(file, 'tokenizer.ggml.pre')) return [];
  return [
    'The file does not say how its tokenizer splits words (no "tokenizer.ggml.pre"): llama.cpp takes ' +
      'a default, and where that is not the one of the model, training and answers are worse. Convert ' +
      'the model again with a current llama.cpp, or download a newer file.',
  ];
}

function vocabularySize(file: GgufFile): number {
  const tokens = getStringCount(file, 'tokenizer.ggml.tokens');
  const embedding = file.tensors.find(({ name }) => name === 'token_embd.weight');
  return tokens ?? embedding?.ne[1] ?? 0;
}

function countTypes(file: GgufFile): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of file.tensors) {
    const name = tensorTypeName(type);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function quantizationName(file: GgufFile): string {
  const mixed = mixedQuantizations.get(getNumber(file, 'general.file_type') ?? -1);
  const isConfirmed = file.tensors.some(({ type }) => tensorTypeName(type) === mixed?.around);
  return mixed && isConfirmed ? mixed.name : dominantType(file);
}

function dominantType(file: GgufFile): string {
  const weights = new Map<string, number>();
  for (const { type, ne } of file.tensors) {
    const name = tensorTypeName(type);
    weights.set(name, (weights.get(name) ?? 0) + elements(ne));
  }
  const [largest] = [...weights].toSorted(([, left], [, right]) => right - left);
  return largest?.[0] ?? 'none';
}

const elements = (ne: readonly number[]) => ne.reduce((product, length) => product * length, 1);

/**
 * Tells whether the trainer can train this model: `yes`, or the first reason why not. It reads the
 * header exactly as the trainer does, so a run cannot be refused for what is `yes` here.
 */
function trainability(file: GgufFile): string {
  const kind = wrongKindOfFile(file);
  if (kind !== undefined) return kind;
  try {
    planTensors(file, readHyperParameters(file));
    return 'yes';
  } catch (error) {
    if (error instanceof Untrainable || error instanceof GgufError) return error.message;
    throw error;
  }
}

function wrongKindOfFile(file: GgufFile): string | undefined {
  const kind = getString(file, 'general.type') ?? 'model';
  if (kind === 'adapter') return 'It is an adapter; choose the base model it was trained on.';
  if (kind !== 'model') return `It is a file of the kind "${kind}", not a model.`;
  if (file.tensors.length === 0) return 'It has a vocabulary only and no weights.';
  return undefined;
}
