import { availableParallelism } from 'node:os';
import type { EngineFiles } from './confinement/confined-start.ts';
import { EngineProcess, type EngineEntry } from './engine-process.ts';
import { inferenceErrors, inspectorErrors, trainerErrors } from './protocol/errors.ts';
import type { InferenceRequests } from './protocol/inference.ts';
import type { InspectorRequests } from './protocol/inspector.ts';
import type { TrainerRequests } from './protocol/trainer.ts';

// Compiled code lies in the same folders with the extension .js.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const entry = (folder: string) => new URL(`${folder}/entry.${extension}`, import.meta.url);

/** The trainer process: ggml through FFI, one run, then it is disposed of. */
export const trainerEntry = (files: EngineFiles): EngineEntry => ({
  name: 'trainer',
  url: entry('../trainer'),
  errors: trainerErrors,
  files,
  usesDrivers: true,
});

/** The inference process: node-llama-cpp with at most one base model loaded. */
export const inferenceEntry = (
  files: EngineFiles,
  mostThreads = availableParallelism(),
): EngineEntry => ({
  name: 'inference',
  url: entry('../inference'),
  errors: inferenceErrors,
  files,
  usesDrivers: true,
  env: { LIMA_INFERENCE_THREADS: String(mostThreads) },
});

/** The inspector process, for one untrusted file. */
export const inspectorEntry = (files: EngineFiles): EngineEntry => ({
  name: 'inspector',
  url: entry('./inspector'),
  errors: inspectorErrors,
  files,
  usesDrivers: false,
});

/** Starts a trainer process. */
export const startTrainer = (files: EngineFiles) =>
  EngineProcess.start<TrainerRequests>(trainerEntry(files));

/** Starts an inference process. */
export const startInference = (files: EngineFiles, mostThreads?: number) =>
  EngineProcess.start<InferenceRequests>(inferenceEntry(files, mostThreads));

/** Starts an inspector process. */
export const startInspector = (files: EngineFiles) =>
  EngineProcess.start<InspectorRequests>(inspectorEntry(files));

export type { EngineFiles } from './confinement/confined-start.ts';
