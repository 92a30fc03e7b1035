import { Worker } from 'node:worker_threads';
import { StoreError } from '../../store/store-error.ts';
import type { MergedFiles } from '../../store/merge/merge-files.ts';
import type { FromMergeWorker, MergeRequest } from './merge-worker.ts';

// Compiled code lies in the same folder with the extension .js.
const workerExtension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const workerUrl = new URL(`./merge-worker.${workerExtension}`, import.meta.url);

/** Who hears how far a merge is, and what ends it early. */
export interface MergeHandlers {
  signal: AbortSignal;
  onStep(step: string, done: number, total: number): void;
}

/**
 * Merges two private copies in a worker thread, so that no call of the core waits for it. Rejects
 * with the signal's reason when cancelled; the worker is gone by then.
 */
export async function runMerge(
  request: MergeRequest,
  handlers: MergeHandlers,
): Promise<MergedFiles> {
  const { signal } = handlers;
  signal.throwIfAborted();
  const worker = new Worker(workerUrl, { workerData: request, execArgv: [] });
  const { promise, resolve, reject } = Promise.withResolvers<MergedFiles>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  worker.on('message', (message: FromMergeWorker) => {
    if (message.kind === 'step') handlers.onStep(message.step, message.done, message.total);
    else if (message.kind === 'done') resolve(message.merged);
    else reject(failureOf(message));
  });
  worker.on('error', reject);
  worker.on('exit', (code) => reject(new Error(`The merge ended unexpectedly: exit code ${code}`)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  }
}

const failureOf = ({ code, message, data }: Extract<FromMergeWorker, { kind: 'failed' }>): Error =>
  code === '' ? new Error(message) : new StoreError(code, message, data);
