import { expect, test } from 'vitest';
import {
  describeDevLosses,
  describeResume,
  describeRunMemory,
  formatLoss,
  formatRate,
  heldOutText,
  moreSamplesText,
  perAnswerText,
} from './training.ts';

test.each([
  [1e-4, '1e-4'],
  [0.00025, '2.5e-4'],
  [1, '1'],
  [0.020004, '0.02'],
  [0, '0'],
  [4.26e-3, '4.26e-3'],
])('the learning rate %d is written without idle zeros', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});

test('a loss has four digits; one that blew up and one that is not there yet are words', () => {
  expect(formatLoss(2)).toBe('2.0000');
  expect(formatLoss(Number.NaN)).toBe('not a number');
  expect(formatLoss(undefined)).toBe('unknown');
});

test('memory of a run has two digits, so that plan and measurement can be told apart', () => {
  const memory = { device: 'cpu', expectedBytes: 0 };
  expect(
    describeRunMemory({ ...memory, plannedBytes: 1.254 * 2 ** 30, peakBytes: 1.21 * 2 ** 30 }),
  ).toBe('1.25 GiB planned, 1.21 GiB measured');
});

const stopped = (savedStep: number, step: number | null) => ({
  savedStep,
  lastMetric:
    step === null
      ? null
      : { step, epoch: 1, loss: 1, learningRate: 1, gradNorm: 1, tokensPerSecond: 1, elapsedMs: 1 },
});

test.each([
  [stopped(0, null), 'It would start with the first step.'],
  [stopped(0, 3), 'No checkpoint was written yet: it would start again from the first step.'],
  [stopped(1200, 1200), 'Resumed, it goes on after step 1,200. Nothing is done twice.'],
  [stopped(1200, 1201), 'Resumed, it goes on after step 1,200. 1 later step is repeated.'],
  [stopped(10, 15), 'Resumed, it goes on after step 10. 5 later steps are repeated.'],
])('a stopped run tells the step it goes on from, and how many it repeats', (run, text) => {
  expect(describeResume(run)).toBe(text);
});

const losses = [2.5, 2.25, 2.125, 2.75].map((loss, epoch) => ({ step: epoch * 30, epoch, loss }));

test('dev losses are told by where they began, where they ended and where they were lowest', () => {
  expect(describeDevLosses(losses)).toBe(
    'Dev loss from 2.5000 before training to 2.7500 after epoch 3, lowest 2.1250 after epoch 2.',
  );
  expect(describeDevLosses(losses.slice(0, 1))).toBe('Dev loss 2.5000 before training.');
  expect(describeDevLosses([])).toBe('');
});

test('a run that was never encoded holds out no samples', () => {
  expect(heldOutText({ encodeReport: null })).toBe('0 held-out samples');
});

test('samples that become one per answer are told with the steps that follow, before and after', () => {
  const recipe = { batchSize: 4, epochs: 3, maxSteps: 0 };
  expect(moreSamplesText({ samplesLow: 10, samplesHigh: 10 }, recipe)).toBe('');
  expect(moreSamplesText({ samplesLow: 10, samplesHigh: 13 }, recipe)).toContain(
    'up to 13 samples and 12 steps',
  );
  const one = { id: 'a', prompt: 'q', sequences: 3 };
  expect(perAnswerText([])).toBe('');
  expect(perAnswerText([one, one])).toContain('2 samples became 6 samples, one per answer');
});
