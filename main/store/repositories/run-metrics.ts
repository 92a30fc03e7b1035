import { z } from 'zod';
import { runMetricSchema, type RunMetric } from '../../../shared/domain/run.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { real } from '../columns.ts';

const metricRow = runMetricSchema.extend({
  epoch: real,
  loss: real,
  learningRate: real,
  gradNorm: real,
  tokensPerSecond: real,
  elapsedMs: real,
});
const metricColumns = `step, epoch, loss, learning_rate AS learningRate, grad_norm AS gradNorm,
  tokens_per_second AS tokensPerSecond, elapsed_ms AS elapsedMs`;

/** Appends metrics in one transaction. */
export function addMetrics(db: Database, runId: string, metrics: readonly RunMetric[]): void {
  withTransaction(db, () => {
    for (const metric of metrics)
      run(
        db,
        `INSERT OR REPLACE INTO run_metric (run_id, step, epoch, loss, learning_rate, grad_norm,
           tokens_per_second, elapsed_ms)
         VALUES (@runId, @step, @epoch, @loss, @learningRate, @gradNorm,
           @tokensPerSecond, @elapsedMs)`,
        { ...metric, runId },
      );
  });
}

/** Metrics after a step, in order. */
export function metricsAfter(db: Database, runId: string, afterStep: number): RunMetric[] {
  return all(
    db,
    metricRow,
    `SELECT ${metricColumns} FROM run_metric WHERE run_id = @runId AND step > @afterStep
     ORDER BY step`,
    { runId, afterStep },
  );
}

/** The metrics of the last step, `null` before the first one. */
export function lastMetric(db: Database, runId: string): RunMetric | null {
  const row = get(
    db,
    metricRow,
    `SELECT ${metricColumns} FROM run_metric WHERE run_id = @runId ORDER BY step DESC LIMIT 1`,
    { runId },
  );
  return row ?? null;
}

const lastStepRow = z.object({ step: z.number().int().nullable() });

/** Makes the metrics those of a checkpoint: later steps go, and steps that were lost come back. */
export function rewindMetrics(db: Database, runId: string, metrics: readonly RunMetric[]): void {
  const last = metrics.at(-1)?.step ?? 0;
  withTransaction(db, () => {
    run(db, 'DELETE FROM run_metric WHERE run_id = @runId AND step > @last', { runId, last });
    const known = get(
      db,
      lastStepRow,
      'SELECT max(step) AS step FROM run_metric WHERE run_id = @runId',
      { runId },
    );
    addMetrics(
      db,
      runId,
      metrics.filter(({ step }) => step > (known?.step ?? 0)),
    );
  });
}
