import { describe, expect, it } from 'vitest';
import type { RunMetric } from '../../../shared/domain/run.ts';
import { MetricSeries } from './metric-series.ts';

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
