import { flushCompileCache } from 'node:module';
import { EngineError, type EngineFailure } from './protocol/errors.ts';
import { refuseNetwork } from './refuse-network.ts';
import type { FromEngine, RequestMap, ToEngine } from './protocol/frames.ts';

/** What a handler gets beside its parameters. `signal` aborts when the core asks to cancel. */
export interface RequestContext<Event> {
  signal: AbortSignal;
  emit: (event: Event) => void;
}

/** One async function per method of the engine. */
export type EngineHandlers<Requests extends RequestMap> = {
  [Method in keyof Requests]: (
    params: Requests[Method]['params'],
    context: RequestContext<Requests[Method]['event']>,
  ) => Promise<Requests[Method]['result']>;
};

/**
 * Makes this forked process an engine: answers requests until the core goes away, then exits,
 * so that a killed core leaves no engine behind. `engine` names libraries and versions.
 */
export function serveEngine<Requests extends RequestMap>(
  engine: string,
  handlers: EngineHandlers<Requests>,
): void {
  refuseNetwork();
  const running = new Map<number, AbortController>();
  async function answer(frame: ToEngine<Requests> & { kind: 'request' }): Promise<void> {
    const controller = new AbortController();
    running.set(frame.id, controller);
    try {
      const emit = (event: unknown) => send({ kind: 'event', id: frame.id, event });
      const handler = handlers[frame.method];
      const result = await handler(frame.params, { signal: controller.signal, emit });
      send({ kind: 'result', id: frame.id, result });
    } catch (error) {
      send({ kind: 'failure', id: frame.id, error: toFailure(error) });
    } finally {
      running.delete(frame.id);
    }
  }

  process.on('message', (frame: ToEngine<Requests>) => {
    if (frame.kind === 'cancel') running.get(frame.id)?.abort();
    else void answer(frame);
  });
  // Ctrl-C reaches the whole process group of a terminal; only the core decides what it means.
  process.on('SIGINT', () => undefined);
  // Leaving Node the usual way joins its threads, and one may wait for a disk for good.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  send({ kind: 'ready', engine });
  // Engines end by a signal, at which Node would not write what it compiled: written here, once.
  flushCompileCache();
}

function send(frame: FromEngine): void {
  if (process.connected) process.send?.(frame);
}

function toFailure(error: unknown): EngineFailure {
  if (error instanceof EngineError)
    return { code: error.code, message: error.message, data: error.data ?? {} };
  if (error instanceof Error && error.name === 'AbortError')
    return { code: 'CANCELLED', message: 'The request was cancelled.', data: {} };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`);
  return { code: 'ENGINE_INTERNAL', message, data: {} };
}
