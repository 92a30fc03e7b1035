import type { RunMetric } from '../../../shared/domain/run.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';

/** Appends metrics in one transaction. */
export function addMetrics(db: Database, runId: string, metrics: readonly RunMetric[]): void {
  withTransaction(db, () => {
    for (const metric of metrics)
      run(
        db,
        `INSERT OR REPLACE INTO run_metric (run_id, step, epoch, loss, learning_rate, grad_norm,
           tokens_per_second, elapsed_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        runId,
        metric.step,
        metric.epoch,
        metric.loss,
        metric.learningRate,
        metric.gradNorm,
        metric.tokensPerSecond,
        metric.elapsedMs,
      );
  });
}

const metricColumns = `step, epoch, loss, learning_rate AS learningRate, grad_norm AS gradNorm,
  tokens_per_second AS tokensPerSecond, elapsed_ms AS elapsedMs`;

/** Metrics after a step, in order. */
export function metricsAfter(db: Database, runId: string, afterStep: number): RunMetric[] {
  return all(
    db,
    `SELECT ${metricColumns} FROM run_metric WHERE run_id = ? AND step > ? ORDER BY step`,
    runId,
    afterStep,
  );
}

/** The metrics of the last step, `null` before the first one. */
export function lastMetric(db: Database, runId: string): RunMetric | null {
  const row = get<RunMetric>(
    db,
    `SELECT ${metricColumns} FROM run_metric WHERE run_id = ? ORDER BY step DESC LIMIT 1`,
    runId,
  );
  return row ?? null;
}

/** Makes the metrics those of a checkpoint: later steps go, and steps that were lost come back. */
export function rewindMetrics(db: Database, runId: string, metrics: readonly RunMetric[]): void {
  const last = metrics.at(-1)?.step ?? 0;
  withTransaction(db, () => {
    run(db, 'DELETE FROM run_metric WHERE run_id = ? AND step > ?', runId, last);
    const known = get<{ step: number | null }>(
      db,
      'SELECT max(step) AS step FROM run_metric WHERE run_id = ?',
      runId,
    );
    addMetrics(
      db,
      runId,
      metrics.filter(({ step }) => step > (known?.step ?? 0)),
    );
  });
}
