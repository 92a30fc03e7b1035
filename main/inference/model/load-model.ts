import { InsufficientMemoryError, type LlamaModel } from 'node-llama-cpp';
import { modelPath } from '../../../shared/domain/model/model-parts.ts';
import { InferenceError } from '../../engines/protocol/errors.ts';
import { isMappable } from '../../gguf/check/require-runnable.ts';
import type { GgufFile } from '../../gguf/header/gguf-file.ts';
import { LlamaWeights } from '../../native/llama-weights.ts';
import type { LlamaRuntime } from './llama-runtime.ts';

/** Loads a checked GGUF file; native reasons for a refusal become part of the error. */
export async function loadModel(
  runtime: LlamaRuntime,
  path: string,
  options: { vocabOnly?: boolean; useMmap?: false; loadSignal: AbortSignal },
): Promise<LlamaModel> {
  return await runtime.explain(
    () => runtime.llama.loadModel({ modelPath: modelPath(path), ...options }),
    (reason, error) => loadError(reason, error, path),
  );
}

function loadError(reason: string, error: unknown, path: string): Error {
  if (error instanceof InferenceError && error.code !== 'MODEL_UNREADABLE') return error;
  return error instanceof InsufficientMemoryError
    ? outOfMemory(`The model ${path} does not fit into memory: ${reason}`)
    : new InferenceError('MODEL_UNREADABLE', `llama.cpp cannot load ${path}: ${reason}`, { path });
}

/** Loads the weights of a file that `checkModelFile` passed, with as many layers on the GPU as node-llama-cpp would. */
export async function loadWeights(
  runtime: LlamaRuntime,
  path: string,
  { header, vocabulary: { fileInsights } }: { header: GgufFile; vocabulary: LlamaModel },
): Promise<LlamaWeights> {
  const gpuLayers =
    runtime.llama.gpu === false
      ? 0
      : (await fileInsights.configurationResolver.resolveModelGpuLayersV2('auto')).gpuLayers;
  return await runtime.explain(
    () => LlamaWeights.load(modelPath(path), { gpuLayers, isMappable: isMappable(header) }),
    (reason, error) => loadError(reason, error, path),
  );
}

/** There is too little memory; `message` says for what, and what to do. */
export const outOfMemory = (message: string) => new InferenceError('OUT_OF_MEMORY', message);
