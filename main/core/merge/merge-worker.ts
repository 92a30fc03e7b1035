import { parentPort, workerData } from 'node:worker_threads';
import { StoreError } from '../../store/store-error.ts';
import { mergeFiles, type MergedFiles, type MergePlace } from '../../store/merge/merge-files.ts';

/** What the worker is given: private copies, and how the other project is called. */
export interface MergeRequest {
  place: MergePlace;
  path: string;
  isOtherProject: boolean;
}

/** What the worker tells. */
export type FromMergeWorker =
  | { kind: 'step'; step: string; done: number; total: number }
  | { kind: 'done'; merged: MergedFiles }
  | { kind: 'failed'; code: string; message: string; data: StoreError['data'] };

const request: MergeRequest = workerData;
const post = (message: FromMergeWorker) => parentPort?.postMessage(message, []);

function failureOf(error: unknown): FromMergeWorker {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StoreError)
    return { kind: 'failed', code: error.code, message, data: error.data };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isFull = code === 'SQLITE_FULL' || code === 'ENOSPC';
  return { kind: 'failed', code: isFull ? 'DISK_FULL' : '', message, data: {} };
}

try {
  const { place, ...options } = request;
  const onStep = (step: string, done: number, total: number) =>
    post({ kind: 'step', step, done, total });
  post({ kind: 'done', merged: mergeFiles(place, { ...options, onStep }) });
} catch (error) {
  post(failureOf(error));
}
