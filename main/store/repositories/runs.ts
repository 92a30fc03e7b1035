import { v7 as uuidv7 } from 'uuid';
import { type Recipe, recipeSchema } from '../../../shared/domain/recipe.ts';
import {
  type EncodeReport,
  type Run,
  type RunEvent,
  encodeReportSchema,
} from '../../../shared/domain/run.ts';
import { runMemorySchema, type RunMemory } from '../../../shared/domain/memory-plan.ts';
import type { JobState } from '../../../shared/domain/job.ts';
import { modelInfoSchema } from '../../../shared/domain/model.ts';
import { devLossesOf } from './dev-losses.ts';
import { all, get, run, type Database } from '../database.ts';
import { parseColumn } from '../json-column.ts';
import { lastMetric } from './run-metrics.ts';

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
    lastMetric: lastMetric(db, row.id),
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
