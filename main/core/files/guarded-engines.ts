import { EngineProcess } from '../../engines/engine-process.ts';
import type { RequestMap } from '../../engines/protocol/frames.ts';
import type { InferenceRequests, SystemFiles } from '../../engines/protocol/inference.ts';
import type { InspectorRequests } from '../../engines/protocol/inspector.ts';
import type { TrainerRequests } from '../../engines/protocol/trainer.ts';
import { inferenceEntry, inspectorEntry, trainerEntry } from '../../engines/start-engines.ts';
import type { WithGuardedPaths } from './guarded-path.ts';

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
export const startTrainer = (): GuardedTrainer => EngineProcess.start(trainerEntry);

/** Starts an inference process with at most one base model loaded. */
export const startInference = (mostThreads?: number): GuardedInference =>
  EngineProcess.start(inferenceEntry(mostThreads));

/** Starts an inspector process for one untrusted file. */
export const startInspector = (): GuardedInspector => EngineProcess.start(inspectorEntry);
