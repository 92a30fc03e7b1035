import { expect, test } from 'vitest';
import type { ComparedRun } from '../../../shared/domain/runs/run-comparison.ts';
import { comparisonData } from './comparison-curves.ts';

const runOf = (tokens: number | null, msPerStep: number): ComparedRun => ({
  id: 'r',
  name: 'r',
  state: 'succeeded',
  modelName: 'm',
  datasetName: 'd',
  steps: 2,
  totalSteps: 2,
  lastLoss: 1,
  bestLoss: 1,
  lastDevLoss: null,
  bestDevLoss: null,
  bestDevEpoch: null,
  tokensPerSecond: 1,
  elapsedMs: 1,
  peakBytes: null,
  device: null,
  evaluations: [],
  blindEvaluations: 0,
  problems: [],
  stepsPerPoint: 1,
  curve: [1, 2].map((step) => ({
    step,
    epoch: step,
    tokens: tokens === null ? null : step * tokens,
    elapsedMs: step * msPerStep,
    loss: 3,
  })),
  devCurve: [{ step: 0, epoch: 0, tokens: 0, elapsedMs: null, loss: 2 }],
});
const plain = (data: ReturnType<typeof comparisonData>) =>
  data.map((column) => Array.from(column, (value) => value ?? null));

test('runs share an axis, and each has a value only where it has a point', () => {
  const runs = [runOf(10, 100), runOf(20, 100)];
  expect(plain(comparisonData(runs, 'curve', 'step'))).toEqual([
    [1, 2],
    [3, 3],
    [3, 3],
  ]);
  expect(plain(comparisonData(runs, 'curve', 'tokens'))).toEqual([
    [10, 20, 40],
    [3, 3, null],
    [null, 3, 3],
  ]);
});

test('a point that has no place on an axis is left out of it', () => {
  const runs = [runOf(null, 100), runOf(20, 50)];
  expect(plain(comparisonData(runs, 'curve', 'tokens'))).toEqual([
    [20, 40],
    [null, null],
    [3, 3],
  ]);
  expect(plain(comparisonData(runs, 'devCurve', 'time'))).toEqual([[], [], []]);
});
