import { parentPort, workerData } from 'node:worker_threads';
import { bringProjectForward, type BringingForward } from '../../store/file/open-project-file.ts';
import { failureOf, type WorkerFailure } from '../base/worker-failure.ts';

/** What the worker is given. */
export type MigrationRequest = Omit<BringingForward, 'onStep'> & { path: string };

/** What the worker tells; `stamp` is that of the files it left. */
export type FromMigrationWorker =
  | { kind: 'step'; step: string; done: number; total: number }
  | { kind: 'done'; stamp: string }
  | WorkerFailure;

const { path, ...how }: MigrationRequest = workerData;
const post = (message: FromMigrationWorker) => parentPort?.postMessage(message, []);

try {
  const onStep: BringingForward['onStep'] = (step, done, total) =>
    post({ kind: 'step', step, done, total });
  post({ kind: 'done', stamp: bringProjectForward(path, { ...how, onStep }) });
} catch (error) {
  post(failureOf(error));
}
