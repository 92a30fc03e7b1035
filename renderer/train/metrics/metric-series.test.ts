import { describe, expect, it } from 'vitest';
import type { RunMetric } from '../../../shared/domain/run.ts';
import { MetricSeries, Smoother, smoothingFactor } from './metric-series.ts';

const metric = (step: number): RunMetric => ({
  step,
  epoch: step / 10,
  loss: 10 / step,
  learningRate: 1e-4,
  gradNorm: step,
  tokensPerSecond: 100,
  elapsedMs: step,
});

const metrics = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => metric(from + index));

describe('MetricSeries', () => {
  it('skips the steps that a reconnected stream sends again', () => {
    const series = new MetricSeries(100);
    series.append(metrics(1, 5));
    expect(series.append(metrics(3, 7))).toBe(true);
    expect([...series.column('step')]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(series.append(metrics(1, 7))).toBe(false);
  });

  it('keeps every value when it outgrows its arrays', () => {
    const series = new MetricSeries(100);
    for (let step = 1; step <= 5000; step += 1) series.append([metric(step)]);
    expect(series.length).toBe(5000);
    expect(series.lastStep).toBe(5000);
    expect(series.at('gradNorm', 0)).toBe(1);
    expect(series.at('gradNorm', 1024)).toBe(1025);
    expect(series.column('step').every((step, index) => step === index + 1)).toBe(true);
  });

  it('ends its columns at the last step, before the spare room', () => {
    const series = new MetricSeries(100);
    series.append(metrics(1, 2));
    expect(series.column('loss')).toHaveLength(2);
    expect(series.at('loss', 2)).toBeNaN();
  });
});

const smooth = (values: number[]) => {
  const smoother = new Smoother(0.9);
  return values.map((value) => smoother.next(value));
};

describe('Smoother', () => {
  it('starts at the first value instead of a tenth of it', () => {
    expect(smooth([5])[0]).toBeCloseTo(5, 12);
  });

  it('leaves a constant series as it is', () => {
    for (const value of smooth([2, 2, 2, 2])) expect(value).toBeCloseTo(2, 12);
  });

  it('weighs the newest point as the corrected average does', () => {
    // (0.9 · 0.1 · 1 + 0.1 · 4) / (1 - 0.9²) = 0.49 / 0.19
    expect(smooth([1, 4])[1]).toBeCloseTo(0.49 / 0.19, 12);
  });

  it('goes on with the line after a loss that is not a number', () => {
    const [, atGap, after] = smooth([3, Number.NaN, 3]);
    expect(atGap).toBeCloseTo(3, 12);
    expect(after).toBeCloseTo(3, 12);
  });
});

describe('smoothingFactor', () => {
  it('keeps half of the past in a short run, so that the line stays near its points', () => {
    expect(smoothingFactor(0)).toBe(0.5);
    expect(smoothingFactor(24)).toBe(0.5);
  });

  it('averages over more steps in longer runs, up to fifty', () => {
    expect(smoothingFactor(480)).toBeCloseTo(1 - 1 / 12, 12);
    expect(smoothingFactor(1e6)).toBeCloseTo(0.98, 12);
  });
});
