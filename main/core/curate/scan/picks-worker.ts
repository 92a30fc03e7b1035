import { parentPort, workerData } from 'node:worker_threads';
import { failureOf, type WorkerFailure } from '../../base/worker-failure.ts';
import { readPicks, type PicksRequest, type ReadPick } from './read-picks.ts';

/** What the worker tells. */
export type FromPicksWorker = { kind: 'done'; picks: ReadPick[] } | WorkerFailure;

const request: PicksRequest = workerData;
const post = (message: FromPicksWorker) => parentPort?.postMessage(message, []);

try {
  post({ kind: 'done', picks: await readPicks(request) });
} catch (error) {
  post(failureOf(error));
}
