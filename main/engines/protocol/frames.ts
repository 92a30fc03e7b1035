import type { EngineFailure } from './errors.ts';

/**
 * Frames between the core and an engine process (fork with `serialization: 'advanced'`).
 * A request is answered by exactly one `result` or `failure`; `event` frames may come before it.
 */
export type ToEngine<Requests extends RequestMap> =
  | { kind: 'request'; id: number; method: keyof Requests & string; params: unknown }
  | { kind: 'cancel'; id: number };

/** What an engine sends: `ready` once, then events and one ending per request. */
export type FromEngine =
  | { kind: 'ready'; engine: string }
  | { kind: 'event'; id: number; event: unknown }
  | { kind: 'result'; id: number; result: unknown }
  | { kind: 'failure'; id: number; error: EngineFailure };

/** The methods of one engine: parameters, the events it streams, and the result. */
export type RequestMap = Record<string, { params: unknown; event: unknown; result: unknown }>;
