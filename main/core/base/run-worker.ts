import { Worker } from 'node:worker_threads';
import { errorOf, type WorkerFailure } from './worker-failure.ts';
import { programFile } from '../../engines/program-file.ts';

interface WorkerStep {
  kind: 'step';
  step: string;
  done: number;
  total: number;
}

/** Who hears how far a worker is, and what ends it early. */
export interface WorkerHandlers {
  signal: AbortSignal;
  onStep(step: string, done: number, total: number): void;
}

/**
 * Runs a worker thread on a request until it tells that it is done. Rejects with the signal's reason
 * when cancelled; the worker is gone by then.
 */
export async function runWorker<Done extends { kind: 'done' }>(
  url: URL,
  request: unknown,
  handlers: WorkerHandlers,
): Promise<Done> {
  const { signal } = handlers;
  signal.throwIfAborted();
  const worker = new Worker(url, { workerData: request, execArgv: [] });
  const { promise, resolve, reject } = Promise.withResolvers<Done>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  worker.on('message', (message: WorkerStep | Done | WorkerFailure) => {
    if (message.kind === 'step') handlers.onStep(message.step, message.done, message.total);
    else if (message.kind === 'failed') reject(errorOf(message));
    else resolve(message);
  });
  worker.on('error', reject);
  worker.on('exit', (code) => reject(new Error(`A thread ended unexpectedly: exit code ${code}`)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

// Compiled code lies in the same folder with the extension .js.
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Where the code of a worker lies, beside the module that starts it. */
export const workerBeside = (moduleUrl: string, name: string): URL =>
  programFile(new URL(`./${name}.${extension}`, moduleUrl));
