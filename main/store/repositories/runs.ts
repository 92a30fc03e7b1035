import { v7 as uuidv7 } from 'uuid';
import { type Recipe, recipeSchema } from '../../../shared/domain/recipe.ts';
import {
  type Checkpoint,
  type EncodeReport,
  type Run,
  type RunEvent,
  type RunMetric,
  encodeReportSchema,
} from '../../../shared/domain/run.ts';
import { runMemorySchema, type RunMemory } from '../../../shared/domain/memory-plan.ts';
import type { JobState } from '../../../shared/domain/job.ts';
import { modelInfoSchema } from '../../../shared/domain/model.ts';
import { devLossesOf } from './dev-losses.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { parseColumn } from '../json-column.ts';

/** What a new run starts from. */
export interface NewRun {
  id: string;
  name: string;
  jobId: string;
  modelId: string;
  datasetId: string;
  recipe: Recipe;
}

/** Stores a run before its first step. */
export function insertRun(db: Database, newRun: NewRun): void {
  run(
    db,
    `INSERT INTO run (id, name, job_id, model_id, dataset_id, recipe_json, engine, total_steps,
       created_ms) VALUES (?, ?, ?, ?, ?, ?, '', 0, ?)`,
    newRun.id,
    newRun.name,
    newRun.jobId,
    newRun.modelId,
    newRun.datasetId,
    JSON.stringify(newRun.recipe),
    Date.now(),
  );
}

/** Stores what encoding found, before training starts. */
export function setEncodeReport(db: Database, runId: string, report: EncodeReport): void {
  run(db, 'UPDATE run SET encode_report_json = ? WHERE id = ?', JSON.stringify(report), runId);
}

/** Stores which engine runs it and how many steps it will take. */
export function setRunEngine(
  db: Database,
  runId: string,
  engine: string,
  totalSteps: number,
): void {
  run(db, 'UPDATE run SET engine = ?, total_steps = ? WHERE id = ?', engine, totalSteps, runId);
}

/** Stores what the run was planned to take and took so far. */
export function setRunMemory(db: Database, runId: string, memory: RunMemory): void {
  run(db, 'UPDATE run SET memory_json = ? WHERE id = ?', JSON.stringify(memory), runId);
}

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

/** Appends to what happened to a run. */
export function addRunEvent(
  db: Database,
  runId: string,
  { kind, step, message }: Omit<RunEvent, 'createdMs'>,
): void {
  run(
    db,
    `INSERT INTO run_event (id, run_id, kind, step, message, created_ms) VALUES (?, ?, ?, ?, ?, ?)`,
    uuidv7(),
    runId,
    kind,
    step,
    message,
    Date.now(),
  );
}

/** What happened to a run, in order. */
export function runEvents(db: Database, runId: string): RunEvent[] {
  return all(
    db,
    `SELECT kind, step, message, created_ms AS createdMs FROM run_event WHERE run_id = ?
     ORDER BY id`,
    runId,
  );
}

/** Stores an adapter that is complete on disk; `file` is relative to the artifacts folder. */
export function insertCheckpoint(
  db: Database,
  checkpoint: Omit<Checkpoint, 'id' | 'runName' | 'path' | 'devLoss' | 'createdMs'> & {
    file: string;
  },
): void {
  run(
    db,
    `INSERT INTO checkpoint (id, run_id, epoch, step, file, sha256, size_bytes, mean_loss, created_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (run_id, epoch) DO UPDATE SET step = excluded.step, file = excluded.file,
       sha256 = excluded.sha256, size_bytes = excluded.size_bytes, mean_loss = excluded.mean_loss,
       created_ms = excluded.created_ms`,
    uuidv7(),
    checkpoint.runId,
    checkpoint.epoch,
    checkpoint.step,
    checkpoint.file,
    checkpoint.sha256,
    checkpoint.sizeBytes,
    checkpoint.meanLoss,
    Date.now(),
  );
}

/** A checkpoint with its file relative to the artifacts folder. */
export type StoredCheckpoint = Omit<Checkpoint, 'path'> & { file: string };

/** Checkpoints of one run, or of every run, by run and epoch. */
export function listCheckpoints(db: Database, runId?: string): StoredCheckpoint[] {
  return all<StoredCheckpoint>(
    db,
    `SELECT c.id, c.run_id AS runId, r.name AS runName, c.epoch, c.step, c.file, c.sha256,
       c.size_bytes AS sizeBytes, c.mean_loss AS meanLoss, d.loss AS devLoss,
       c.created_ms AS createdMs
     FROM checkpoint c JOIN run r ON r.id = c.run_id
     LEFT JOIN dev_loss d ON d.run_id = c.run_id AND d.step = c.step
     WHERE ? IS NULL OR c.run_id = ? ORDER BY r.id DESC, c.epoch`,
    runId ?? null,
    runId ?? null,
  );
}

/** One checkpoint by id. */
export function findCheckpoint(db: Database, id: string): StoredCheckpoint | undefined {
  return listCheckpoints(db).find((checkpoint) => checkpoint.id === id);
}

interface RunColumns {
  id: string;
  name: string;
  job_id: string;
  state: JobState;
  model_id: string;
  info_json: string;
  sha256: string;
  dataset_id: string;
  dataset_name: string;
  content_hash: string;
  recipe_json: string;
  engine: string;
  total_steps: number;
  encode_report_json: string | null;
  memory_json: string | null;
  created_ms: number;
  finished_ms: number | null;
}

const runQuery = `SELECT r.*, j.state, j.finished_ms, m.info_json, m.sha256, d.name AS dataset_name,
    d.content_hash
  FROM run r JOIN job j ON j.id = r.job_id JOIN model m ON m.id = r.model_id
  JOIN dataset d ON d.id = r.dataset_id`;

/** A run without its checkpoints, whose paths depend on where the project lies. */
export type StoredRun = Omit<Run, 'checkpoints' | 'events' | 'savedStep'>;

function toRun(db: Database, row: RunColumns): StoredRun {
  return {
    id: row.id,
    name: row.name,
    jobId: row.job_id,
    state: row.state,
    modelId: row.model_id,
    modelName: parseColumn(modelInfoSchema, row.info_json).name,
    baseSha256: row.sha256,
    datasetId: row.dataset_id,
    datasetName: row.dataset_name,
    datasetHash: row.content_hash,
    recipe: parseColumn(recipeSchema, row.recipe_json),
    engine: row.engine,
    encodeReport:
      row.encode_report_json === null
        ? null
        : parseColumn(encodeReportSchema, row.encode_report_json),
    memory: row.memory_json === null ? null : parseColumn(runMemorySchema, row.memory_json),
    lastMetric:
      get<RunMetric>(
        db,
        `SELECT ${metricColumns} FROM run_metric WHERE run_id = ? ORDER BY step DESC LIMIT 1`,
        row.id,
      ) ?? null,
    devLosses: devLossesOf(db, row.id),
    totalSteps: row.total_steps,
    createdMs: row.created_ms,
    finishedMs: row.finished_ms,
  };
}

/** Every run, newest first. */
export function listRuns(db: Database): StoredRun[] {
  return all<RunColumns>(db, `${runQuery} ORDER BY r.id DESC`).map((row) => toRun(db, row));
}

/** A run by id or by name. */
export function findRun(db: Database, by: 'id' | 'name', value: string): StoredRun | undefined {
  const row = get<RunColumns>(db, `${runQuery} WHERE r.${by} = ?`, value);
  return row && toRun(db, row);
}
