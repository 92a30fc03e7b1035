import { freemem } from 'node:os';
import {
  GgmlType,
  InsufficientMemoryError,
  type LlamaContext,
  type LlamaEmbeddingContext,
  type LlamaModel,
} from 'node-llama-cpp';
import { wantsOneThread } from '../../../shared/domain/threads.ts';
import { InferenceError } from '../../engines/protocol/errors.ts';
import { SequenceContext, type SequenceContextOptions } from '../../native/sequence-context.ts';
import type { LlamaRuntime } from './llama-runtime.ts';
import type { LoadedModel } from './loaded-model.ts';
import { outOfMemory } from './load-model.ts';

/** Size of a context: tokens per sequence, and sequences decoded side by side; what acts on it. */
export interface ContextShape {
  tokens: number;
  sequences: number;
  adapter?: { path: string; strength: number } | undefined;
}

/** The same, with the most tokens that are evaluated at a time. */
export interface BatchShape extends ContextShape {
  batchTokens: number;
  attention: SequenceContextOptions['attention'];
}

/** A fresh context of node-llama-cpp with an adapter applied; the caller disposes of it. */
export async function createContext(
  runtime: LlamaRuntime,
  { model }: LoadedModel,
  { adapter, tokens, sequences }: ContextShape,
): Promise<LlamaContext> {
  return await runtime.explain(
    () =>
      model.createContext({
        contextSize: tokens,
        sequences,
        ...(wantsOneThread(model.size) && { threads: 1 }),
        ...(adapter && {
          lora: { adapters: [{ filePath: adapter.path, scale: adapter.strength }] },
        }),
      }),
    (reason, error) => contextError(reason, error, adapter?.path),
  );
}

/** A context of node-llama-cpp that makes vectors of texts; the caller disposes of it. */
export async function createEmbeddings(
  runtime: LlamaRuntime,
  { model }: LoadedModel,
  tokens: number,
): Promise<LlamaEmbeddingContext> {
  return await runtime.explain(
    () =>
      model.createEmbeddingContext({
        contextSize: tokens,
        batchSize: tokens,
        threads: threadsOf(runtime, model),
      }),
    (reason, error) => contextError(reason, error, undefined),
  );
}

/** The same of our own batches; throws OUT_OF_MEMORY where the machine has too little. */
export async function createSequences(
  runtime: LlamaRuntime,
  loaded: LoadedModel,
  shape: BatchShape,
): Promise<SequenceContext> {
  const { weights, model } = loaded;
  if (!weights) throw new Error('The model was not loaded for batches');
  const { adapter, tokens, sequences } = shape;
  // Files that were read count as used in a control group: nothing is refused that the machine could hold.
  if (!(await fitsIntoMemory(runtime, loaded, shape, Math.max(freemem(), availableBytes()))))
    throw outOfMemory(
      `There is not enough memory for ${sequences} answers of up to ${tokens} tokens side by side. ` +
        'Lower maxTokens or the number of parallel answers.',
    );
  return await runtime.explain(
    async () => {
      const context = await SequenceContext.create(weights, {
        tokensPerSequence: tokens,
        sequences: Math.max(2, sequences),
        batchTokens: Math.max(shape.batchTokens, sequences),
        outputs: sequences,
        threads: threadsOf(runtime, model),
        attention: shape.attention,
      });
      try {
        if (adapter) await context.applyAdapter(adapter.path, adapter.strength);
        return context;
      } catch (error) {
        context.dispose();
        throw error;
      }
    },
    (reason, error) => contextError(reason, error, adapter?.path),
  );
}

const exactAttention = {
  flashAttention: false,
  kvCacheKeyType: GgmlType.F32,
  kvCacheValueType: GgmlType.F32,
};

const availableBytes = () => process.availableMemory();

/** Whether a context fits into what is free, by node-llama-cpp's own estimate of its needs. */
export async function fitsIntoMemory(
  { llama }: LlamaRuntime,
  { model, gpuLayers }: LoadedModel,
  { tokens, sequences, batchTokens, attention }: Omit<BatchShape, 'adapter'>,
  freeBytes = availableBytes(),
): Promise<boolean> {
  const needed = await model.fileInsights.estimateContextResourceRequirementsV2({
    contextSize: tokens,
    modelGpuLayers: gpuLayers,
    batchSize: Math.max(batchTokens, sequences),
    sequences: Math.max(2, sequences),
    ...(attention === 'exact' && exactAttention),
  });
  if (needed.cpuRam > freeBytes) return false;
  return gpuLayers === 0 || needed.gpuVram <= (await llama.getVramState()).free;
}

/** node-llama-cpp's threads, which are those of `LIMA_INFERENCE_THREADS`; one for a small model. */
function threadsOf({ llama }: LlamaRuntime, { fileInsights }: LlamaModel): number {
  if (wantsOneThread(fileInsights.modelSize)) return 1;
  return llama.maxThreads > 0 ? llama.maxThreads : llama.cpuMathCores;
}

function contextError(reason: string, error: unknown, adapterPath: string | undefined): Error {
  if (error instanceof InsufficientMemoryError)
    return outOfMemory(
      `There is not enough memory for this conversation: ${reason}. ` +
        'Lower maxTokens or the number of parallel answers.',
    );
  if (adapterPath === undefined)
    return new InferenceError('CONTEXT_FAILED', `llama.cpp cannot create a context: ${reason}`);
  return new InferenceError(
    'ADAPTER_UNREADABLE',
    `llama.cpp cannot apply the adapter ${adapterPath}: ${reason}`,
    { path: adapterPath },
  );
}
