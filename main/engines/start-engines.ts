import { availableParallelism } from 'node:os';
import { EngineProcess, type EngineEntry } from './engine-process.ts';
import { inferenceErrors, inspectorErrors, trainerErrors } from './protocol/errors.ts';
import type { InferenceRequests } from './protocol/inference.ts';
import type { InspectorRequests } from './protocol/inspector.ts';
import type { TrainerRequests } from './protocol/trainer.ts';

// Compiled code lies in the same folders with the extension .js.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const entry = (folder: string) => new URL(`${folder}/entry.${extension}`, import.meta.url);

/** The trainer process: ggml through FFI, one run, then it is disposed of. */
export const trainerEntry: EngineEntry = {
  name: 'trainer',
  url: entry('../trainer'),
  errors: trainerErrors,
};

/** The inference process: node-llama-cpp with at most one base model loaded. */
export const inferenceEntry = (mostThreads = availableParallelism()): EngineEntry => ({
  name: 'inference',
  url: entry('../inference'),
  errors: inferenceErrors,
  env: { LIMA_INFERENCE_THREADS: String(mostThreads) },
});

/** The inspector process, for one untrusted file. */
export const inspectorEntry: EngineEntry = {
  name: 'inspector',
  url: entry('./inspector'),
  errors: inspectorErrors,
};

/** Starts a trainer process. */
export const startTrainer = () => EngineProcess.start<TrainerRequests>(trainerEntry);

/** Starts an inference process. */
export const startInference = (mostThreads?: number) =>
  EngineProcess.start<InferenceRequests>(inferenceEntry(mostThreads));

/** Starts an inspector process. */
export const startInspector = () => EngineProcess.start<InspectorRequests>(inspectorEntry);
