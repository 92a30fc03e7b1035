import { parentPort, workerData } from 'node:worker_threads';
import { failureOf, type WorkerFailure } from '../base/worker-failure.ts';
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
  | WorkerFailure;

const request: MergeRequest = workerData;
const post = (message: FromMergeWorker) => parentPort?.postMessage(message, []);

try {
  const { place, ...options } = request;
  const onStep = (step: string, done: number, total: number) =>
    post({ kind: 'step', step, done, total });
  post({ kind: 'done', merged: mergeFiles(place, { ...options, onStep }) });
} catch (error) {
  post(failureOf(error));
}
