import { v7 as uuidv7 } from 'uuid';
import { type RunMemory, runMemorySchema } from '../../../shared/domain/memory-plan.ts';
import { type Recipe, recordedRecipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import {
  type EncodeReport,
  type Run,
  type RunEvent,
  encodeReportSchema,
  runEventSchema,
  runSchema,
} from '../../../shared/domain/run.ts';
import { all, assembled, get, run, withTransaction, type Database } from '../database.ts';
import { json, pathColumn } from '../columns.ts';
import { devLossesOf } from './dev-losses.ts';
import { isLive } from './labels.ts';
import { lastMetric } from './run-metrics.ts';
import { modelNameOf } from './models.ts';
import { nextSequence } from './sequence.ts';
import type { z } from 'zod';

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
  const recipe = JSON.stringify(newRun.recipe);
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO run (id, name, job_id, model_id, dataset_id, recipe_json, engine, total_steps,
         created_ms, sequence)
       VALUES (@id, @name, @jobId, @modelId, @datasetId, @recipe, '', 0, @createdMs, @sequence)`,
      { ...newRun, recipe, createdMs: Date.now(), sequence: nextSequence(db) },
    ),
  );
}

/** Stores what encoding found, before training starts. */
export function setEncodeReport(db: Database, runId: string, report: EncodeReport): void {
  run(db, 'UPDATE run SET encode_report_json = @report WHERE id = @runId', {
    runId,
    report: JSON.stringify(report),
  });
}

/** Stores which engine runs it and how many steps it will take. */
export function setRunEngine(
  db: Database,
  runId: string,
  engine: string,
  totalSteps: number,
): void {
  run(db, 'UPDATE run SET engine = @engine, total_steps = @totalSteps WHERE id = @runId', {
    runId,
    engine,
    totalSteps,
  });
}

/** Stores what the run was planned to take and took so far. */
export function setRunMemory(db: Database, runId: string, memory: RunMemory): void {
  run(db, 'UPDATE run SET memory_json = @memory WHERE id = @runId', {
    runId,
    memory: JSON.stringify(memory),
  });
}

/** Appends to what happened to a run. */
export function addRunEvent(
  db: Database,
  runId: string,
  { kind, step, message }: Omit<RunEvent, 'createdMs'>,
): void {
  const event = { runId, kind, step, message };
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO run_event (id, run_id, kind, step, message, created_ms, sequence)
       VALUES (@id, @runId, @kind, @step, @message, @createdMs, @sequence)`,
      { ...event, id: uuidv7(), createdMs: Date.now(), sequence: nextSequence(db) },
    ),
  );
}

/** What happened to a run, in order. */
export function runEvents(db: Database, runId: string): RunEvent[] {
  return all(
    db,
    runEventSchema,
    `SELECT kind, step, message, created_ms AS createdMs FROM run_event WHERE run_id = @runId
     ORDER BY sequence, id`,
    { runId },
  );
}

/** A run without its checkpoints, whose paths depend on where the project lies. */
export type StoredRun = Omit<Run, 'checkpoints' | 'events' | 'savedStep'>;

const runRow = runSchema
  .omit({
    checkpoints: true,
    events: true,
    savedStep: true,
    modelName: true,
    lastMetric: true,
    devLosses: true,
  })
  .extend({
    modelPath: pathColumn,
    recipe: json(recordedRecipeSchema),
    encodeReport: json(encodeReportSchema).nullable(),
    memory: json(runMemorySchema).nullable(),
  });

const selectRuns = `SELECT r.id, r.name, r.job_id AS jobId, j.state, r.model_id AS modelId,
    m.path AS modelPath, m.sha256 AS baseSha256, r.dataset_id AS datasetId,
    d.name AS datasetName, d.content_hash AS datasetHash, r.recipe_json AS recipe, r.engine,
    r.encode_report_json AS encodeReport, r.memory_json AS memory, r.total_steps AS totalSteps,
    r.created_ms AS createdMs, j.finished_ms AS finishedMs
  FROM run r JOIN job j ON j.id = r.job_id JOIN model m ON m.id = r.model_id
  JOIN dataset d ON d.id = r.dataset_id`;

const toRun = (db: Database, { modelPath, ...row }: z.infer<typeof runRow>): StoredRun => ({
  ...row,
  modelName: modelNameOf(db, { id: row.modelId, path: modelPath }),
  lastMetric: lastMetric(db, row.id),
  devLosses: devLossesOf(db, row.id),
});

/** Every run, newest first. */
export function listRuns(db: Database): StoredRun[] {
  const live = `WHERE ${isLive('run', 'r.id')}`;
  return all(db, runRow, `${selectRuns} ${live} ORDER BY r.sequence DESC, r.id DESC`).map((row) =>
    toRun(db, row),
  );
}

/** A run by id or by name, unless it was deleted. */
export function findRun(db: Database, by: 'id' | 'name', value: string): StoredRun | undefined {
  const where = `WHERE r.${by} = @value AND ${isLive('run', 'r.id')}`;
  const row = get(db, runRow, assembled(`${selectRuns} ${where}`), { value });
  return row && toRun(db, row);
}
