import { EngineProcess } from '../../engines/engine-process.ts';
import type { RequestMap } from '../../engines/protocol/frames.ts';
import type { InferenceRequests, SystemFiles } from '../../engines/protocol/inference.ts';
import type { InspectorRequests } from '../../engines/protocol/inspector.ts';
import type { TrainerRequests } from '../../engines/protocol/trainer.ts';
import {
  inferenceEntry,
  inspectorEntry,
  trainerEntry,
  type EngineFiles,
} from '../../engines/start-engines.ts';
import type { WithGuardedPaths } from './guarded-path.ts';

export type { EngineFiles };

/** The requests of an engine, whose parameters hold guarded paths only. */
type Guarded<Requests extends RequestMap> = {
  [Method in keyof Requests]: {
    params: WithGuardedPaths<Requests[Method]['params']>;
    event: Requests[Method]['event'];
    result: Requests[Method]['result'];
  };
};

/** An inference process that reads guarded paths only. */
export type GuardedInference = EngineProcess<Guarded<InferenceRequests>>;

/** An inspector process that reads guarded paths only. */
export type GuardedInspector = EngineProcess<Guarded<InspectorRequests>>;

/** A trainer process that reads and writes guarded paths only. */
export type GuardedTrainer = EngineProcess<Guarded<TrainerRequests>>;

/** The files behind a system, each of them let through by the guard. */
export type GuardedSystem = WithGuardedPaths<SystemFiles>;

/** Starts a trainer process: ggml through FFI, one run, then it is disposed of. */
export const startTrainer = (files: EngineFiles): GuardedTrainer =>
  EngineProcess.start(trainerEntry(files));

/** Starts an inference process with at most one base model loaded. */
export const startInference = (files: EngineFiles, mostThreads?: number): GuardedInference =>
  EngineProcess.start(inferenceEntry(files, mostThreads));

/** Starts an inspector process for one untrusted file. */
export const startInspector = (files: EngineFiles): GuardedInspector =>
  EngineProcess.start(inspectorEntry(files));

/** Files and folders that an engine may read, none to write. */
export const toRead = (...paths: (string | null | undefined)[]): EngineFiles => ({
  reads: paths.filter((path) => typeof path === 'string'),
  writes: [],
});

/** The files behind a system, to be read. */
export const systemToRead = ({ basePath, adapterPath }: GuardedSystem): EngineFiles =>
  toRead(basePath, adapterPath);
