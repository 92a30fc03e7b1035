import { parentPort, workerData } from 'node:worker_threads';
import {
  selectCandidates,
  type Selection,
} from '../../../../shared/domain/selection/select-candidates.ts';
import type { SelectionRequest } from '../../../../shared/contract/scans.ts';
import { failureOf, type WorkerFailure } from '../../base/worker-failure.ts';
import { readCandidates, type PlacedCandidate } from './candidate-file.ts';

/** What to pick of: the files of candidates by site. */
export interface SelectRequest extends SelectionRequest {
  files: readonly { site: string; path: string }[];
}

/** What the worker tells. */
export type FromSelectWorker =
  { kind: 'done'; selection: Selection<PlacedCandidate> } | WorkerFailure;

const { files, recipe, count }: SelectRequest = workerData;
const post = (message: FromSelectWorker) => parentPort?.postMessage(message, []);

try {
  const sites = files.map(({ site, path }) => ({ site, candidates: readCandidates(path) }));
  post({ kind: 'done', selection: selectCandidates(sites, recipe, count) });
} catch (error) {
  post(failureOf(error));
}
