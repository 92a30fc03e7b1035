import { v7 as uuidv7 } from 'uuid';
import {
  type JobKind,
  type JobSnapshot,
  type JobState,
  jobErrorSchema,
  jobProgressSchema,
  jobSnapshotSchema,
} from '../../../shared/domain/job.ts';
import { all, get, run, type Database } from '../database.ts';
import { parseColumn } from '../json-column.ts';

/** A job as it is stored: a snapshot without the revision, which belongs to one core process. */
export type StoredJob = Omit<JobSnapshot, 'revision'>;

interface JobColumns {
  id: string;
  kind: JobKind;
  title: string;
  subject_id: string | null;
  state: JobState;
  payload_json: string;
  progress_json: string | null;
  error_json: string | null;
  result_json: string | null;
  created_ms: number;
  started_ms: number | null;
  finished_ms: number | null;
}

const resultSchema = jobSnapshotSchema.shape.result.unwrap();

const toJson = (value: unknown) => (value === null ? null : JSON.stringify(value));

function toJob(row: JobColumns): StoredJob {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    subjectId: row.subject_id,
    state: row.state,
    progress: row.progress_json === null ? null : parseColumn(jobProgressSchema, row.progress_json),
    error: row.error_json === null ? null : parseColumn(jobErrorSchema, row.error_json),
    result: row.result_json === null ? null : parseColumn(resultSchema, row.result_json),
    createdMs: row.created_ms,
    startedMs: row.started_ms,
    finishedMs: row.finished_ms,
  };
}

/** Stores a queued job and returns it. */
export function insertJob(
  db: Database,
  job: { kind: JobKind; title: string; subjectId: string | null; payload: unknown },
): StoredJob {
  const id = uuidv7();
  run(
    db,
    `INSERT INTO job (id, kind, title, subject_id, state, payload_json, created_ms)
     VALUES (?, ?, ?, ?, 'queued', ?, ?)`,
    id,
    job.kind,
    job.title,
    job.subjectId,
    JSON.stringify(job.payload),
    Date.now(),
  );
  const stored = findJob(db, id);
  if (!stored) throw new Error(`Job ${id} was not stored`);
  return stored;
}

/** Stores what can change about a job. */
export function updateJob(db: Database, job: StoredJob): void {
  run(
    db,
    `UPDATE job SET state = ?, progress_json = ?, error_json = ?, result_json = ?, started_ms = ?,
       finished_ms = ? WHERE id = ?`,
    job.state,
    toJson(job.progress),
    toJson(job.error),
    toJson(job.result),
    job.startedMs,
    job.finishedMs,
    job.id,
  );
}

/** A job by id. */
export function findJob(db: Database, id: string): StoredJob | undefined {
  const row = get<JobColumns>(db, 'SELECT * FROM job WHERE id = ?', id);
  return row && toJob(row);
}

/** The payload of a job, as it was stored. */
export function jobPayload(db: Database, id: string): unknown {
  const row = get<{ payload_json: string }>(db, 'SELECT payload_json FROM job WHERE id = ?', id);
  return row === undefined ? undefined : JSON.parse(row.payload_json);
}

/** The newest jobs, oldest of them first. */
export function listJobs(db: Database, limit = 200): StoredJob[] {
  return all<JobColumns>(db, 'SELECT * FROM job ORDER BY id DESC LIMIT ?', limit)
    .map(toJob)
    .toReversed();
}
