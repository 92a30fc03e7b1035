import { expect, test } from 'vitest';
import type { Run } from '../run.ts';
import { checkedRecipeSchema } from '../recipe/recipe.ts';
import { everyRun, filterRuns } from './run-filter.ts';

const run = (name: string, fields: Partial<Run> = {}): Run => ({
  id: name,
  name,
  jobId: 'j',
  state: 'succeeded',
  modelId: 'm',
  modelName: 'SmolLM2',
  baseSha256: 'a'.repeat(64),
  datasetId: 'd',
  datasetName: 'Atlas 300',
  datasetHash: 'b'.repeat(64),
  recipe: checkedRecipeSchema.parse({}),
  engine: '',
  encodeReport: null,
  memory: null,
  lastMetric: null,
  totalSteps: 0,
  checkpoints: [],
  devLosses: [],
  events: [],
  savedStep: 0,
  createdMs: 1,
  finishedMs: null,
  ...fields,
});
const names = (runs: readonly Run[]) => runs.map(({ name }) => name);
const dev = (...losses: number[]) => losses.map((loss, epoch) => ({ step: epoch, epoch, loss }));

const list = [
  run('newest', { state: 'running', devLosses: dev(3, 2.5) }),
  run('Middle', { devLosses: dev(3, 1, 4) }),
  run('oldest', { datasetName: 'other' }),
];

test('every word has to stand in the name, the model or the dataset', () => {
  expect(names(filterRuns(list, everyRun))).toEqual(['newest', 'Middle', 'oldest']);
  expect(names(filterRuns(list, { ...everyRun, text: 'smol ATLAS' }))).toEqual([
    'newest',
    'Middle',
  ]);
  expect(filterRuns(list, { ...everyRun, text: 'atlas other' })).toEqual([]);
  expect(names(filterRuns(list, { ...everyRun, state: 'running' }))).toEqual(['newest']);
});

test('runs are sorted by their lowest dev loss, those without one last', () => {
  expect(names(filterRuns(list, { ...everyRun, order: 'dev-loss' }))).toEqual([
    'Middle',
    'newest',
    'oldest',
  ]);
  expect(names(filterRuns(list, { ...everyRun, order: 'oldest' }))).toEqual([
    'oldest',
    'Middle',
    'newest',
  ]);
  expect(names(filterRuns(list, { ...everyRun, order: 'name' }))).toEqual([
    'Middle',
    'newest',
    'oldest',
  ]);
});
