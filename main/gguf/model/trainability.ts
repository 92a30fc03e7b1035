import type { GgufFile } from '../header/gguf-file.ts';
import { GgufError } from '../header/gguf-error.ts';
import { getNumber, getString } from '../header/metadata.ts';
import { readHyperParameters } from './hyper-parameters.ts';
import { planTensors } from './tensor-plan.ts';
import { Untrainable } from './untrainable.ts';

/**
 * Tells whether the trainer can train this model: `yes`, or the first reason why not. It reads the
 * header exactly as the trainer does, so a run cannot be refused for what is `yes` here.
 */
export function trainability(file: GgufFile): string {
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
  if ((getNumber(file, 'split.count') ?? 1) > 1)
    return 'It is one part of a split model; merge the parts with llama-gguf-split.';
  if (file.tensors.length === 0) return 'It has a vocabulary only and no weights.';
  return undefined;
}
