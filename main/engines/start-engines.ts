import { availableParallelism } from 'node:os';
import { EngineProcess } from './engine-process.ts';
import { inferenceErrors, inspectorErrors, trainerErrors } from './protocol/errors.ts';
import type { InferenceRequests } from './protocol/inference.ts';
import type { InspectorRequests } from './protocol/inspector.ts';
import type { TrainerRequests } from './protocol/trainer.ts';

// Compiled code lies in the same folders with the extension .js.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const entry = (folder: string) => new URL(`${folder}/entry.${extension}`, import.meta.url);

/** Starts a trainer process: ggml through FFI, one run, then it is disposed of. */
export const startTrainer = () =>
  EngineProcess.start<TrainerRequests>({
    name: 'trainer',
    url: entry('../trainer'),
    errors: trainerErrors,
  });

/** Starts an inference process: node-llama-cpp with at most one base model loaded. */
export const startInference = (mostThreads = availableParallelism()) =>
  EngineProcess.start<InferenceRequests>({
    name: 'inference',
    url: entry('../inference'),
    errors: inferenceErrors,
    env: { LIMA_INFERENCE_THREADS: String(mostThreads) },
  });

/** Starts an inspector process for one untrusted file. */
export const startInspector = () =>
  EngineProcess.start<InspectorRequests>({
    name: 'inspector',
    url: entry('./inspector'),
    errors: inspectorErrors,
  });
