import type { MergedFiles } from '../../store/merge/merge-files.ts';
import { runWorker, workerBeside, type WorkerHandlers } from '../base/run-worker.ts';
import type { FromMergeWorker, MergeRequest } from './merge-worker.ts';

const workerUrl = workerBeside(import.meta.url, 'merge-worker');

/**
 * Merges two private copies in a worker thread, so that no call of the core waits for it. Rejects
 * with the signal's reason when cancelled; the worker is gone by then.
 */
export async function runMerge(
  request: MergeRequest,
  handlers: WorkerHandlers,
): Promise<MergedFiles> {
  type Done = Extract<FromMergeWorker, { kind: 'done' }>;
  return (await runWorker<Done>(workerUrl, request, handlers)).merged;
}
