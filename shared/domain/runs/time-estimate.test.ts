import { expect, test } from 'vitest';
import { estimateFrom, type EstimatedRun, type SpeedMeasurement } from './time-estimate.ts';

const model = {
  baseSha256: 'a',
  device: 'cpu',
  method: 'lora',
  architecture: 'llama',
  quantization: 'Q4_1',
  embeddingLength: 576,
  layers: 30,
  parameters: 1e8,
};
const run: EstimatedRun = { ...model, epochs: 2, tokensLow: 500, tokensHigh: 500, threads: 2 };
const measured = (change: Partial<SpeedMeasurement>): SpeedMeasurement => ({
  ...model,
  runId: 'r',
  threads: 2,
  tokensPerSecond: 100,
  wallTokensPerSecond: 80,
  ...change,
});

test('runs of the model give the range from training alone to all that a run does', () => {
  expect(estimateFrom(run, [measured({})])).toEqual({
    basis: 'same-model',
    measuredRuns: 1,
    lowMs: 10_000,
    highMs: 12_500,
  });
});

test('runs on as many threads tell the time, and others widen the range by what threads can gain', () => {
  const single = measured({ threads: 1, tokensPerSecond: 60, wallTokensPerSecond: 50 });
  expect(estimateFrom(run, [measured({}), single])).toMatchObject({
    lowMs: 10_000,
    highMs: 12_500,
  });
  expect(estimateFrom(run, [single])).toMatchObject({ lowMs: 1000 / 0.12, highMs: 20_000 });
  const one = { ...run, threads: 1 };
  expect(estimateFrom(one, [measured({})])).toMatchObject({ lowMs: 10_000, highMs: 25_000 });
  // What an earlier version stored tells no threads.
  expect(estimateFrom(one, [measured({ threads: 0 })])).toMatchObject({ highMs: 12_500 });
});

test('a model of another size is reckoned by its size, and by nothing before the first run', () => {
  const larger = measured({ baseSha256: 'b', layers: 60, parameters: 2e8 });
  expect(estimateFrom(run, [larger])).toMatchObject({
    basis: 'other-model',
    lowMs: 2500,
    highMs: 12_500,
  });
  const guess = estimateFrom(run, []);
  expect(guess).toMatchObject({ basis: 'guess', measuredRuns: 0 });
  expect(guess.highMs / guess.lowMs).toBeGreaterThan(10);
});
