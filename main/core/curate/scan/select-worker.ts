import { parentPort, workerData } from 'node:worker_threads';
import {
  selectCandidates,
  type Selection,
} from '../../../../shared/domain/selection/select-candidates.ts';
import type { SelectionRequest } from '../../../../shared/contract/scans.ts';
import {
  candidateExamples,
  type CandidateExample,
} from '../../../../shared/domain/selection/candidate-examples.ts';
import type {
  DropReason,
  SelectionRecipe,
} from '../../../../shared/domain/selection/selection-recipe.ts';
import { failureOf, type WorkerFailure } from '../../base/worker-failure.ts';
import { readCandidates, type PlacedCandidate } from './candidate-file.ts';
import { measureWords, type ScannedFile } from './measure-words.ts';

/** The files of candidates by site, and what is to be picked of them, or shown as examples. */
export type SelectRequest = { files: readonly (ScannedFile & { site: string })[] } & (
  SelectionRequest | { recipe: SelectionRecipe; examplesOf: DropReason; most: number }
);

/** What the worker tells. */
export type FromSelectWorker =
  | { kind: 'done'; selection: Selection<PlacedCandidate> }
  | { kind: 'done'; examples: CandidateExample<PlacedCandidate>[] }
  | WorkerFailure;

const request: SelectRequest = workerData;
const post = (message: FromSelectWorker) => parentPort?.postMessage(message, []);

try {
  const { recipe } = request;
  for (const file of request.files) measureWords(file, recipe);
  const sites = request.files.map(({ site, path }) => ({ site, candidates: readCandidates(path) }));
  if ('count' in request)
    post({ kind: 'done', selection: selectCandidates(sites, recipe, request.count) });
  else {
    const { examplesOf: reason, most } = request;
    post({ kind: 'done', examples: candidateExamples(sites, recipe, { reason, most }) });
  }
} catch (error) {
  post(failureOf(error));
}
