import { parentPort, workerData } from 'node:worker_threads';
import type { ScannedDump } from '../../../../shared/domain/selection/candidate.ts';
import { failureOf, type WorkerFailure } from '../../base/worker-failure.ts';
import { scanDump, type ScanRequest } from './scan-dump.ts';

/** What the worker tells. */
export type FromScanWorker =
  | { kind: 'step'; step: string; done: number; total: number }
  | { kind: 'done'; dump: ScannedDump }
  | WorkerFailure;

const tellMs = 100;
const request: ScanRequest = workerData;
const post = (message: FromScanWorker) => parentPort?.postMessage(message, []);

try {
  let toldMs = 0;
  const dump = await scanDump(request, ({ bytesRead, totalBytes }) => {
    if (performance.now() - toldMs < tellMs) return;
    toldMs = performance.now();
    post({ kind: 'step', step: 'scanning', done: bytesRead, total: totalBytes });
  });
  post({ kind: 'done', dump });
} catch (error) {
  post(failureOf(error));
}
