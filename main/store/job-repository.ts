import { v7 as uuidv7 } from 'uuid';
import type {
  JobError,
  JobKind,
  JobProgress,
  JobSnapshot,
  JobState,
} from '../../shared/domain/job.ts';
import { all, get, run, type Database } from './database.ts';

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

const parsed = <Value>(json: string | null) => (json === null ? null : (JSON.parse(json) as Value));

function toJob(row: JobColumns): StoredJob {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title,
    subjectId: row.subject_id,
    state: row.state,
    progress: parsed<JobProgress>(row.progress_json),
    error: parsed<JobError>(row.error_json),
    result: parsed<NonNullable<StoredJob['result']>>(row.result_json),
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
    ...[id, job.kind, job.title, job.subjectId, JSON.stringify(job.payload), Date.now()],
  );
  const stored = findJob(db, id);
  if (!stored) throw new Error(`Job ${id} was not stored`);
  return stored;
}

/** Stores what can change about a job. */
export function updateJob(db: Database, job: StoredJob): void {
  const json = (value: unknown) => (value === null ? null : JSON.stringify(value));
  run(
    db,
    `UPDATE job SET state = ?, progress_json = ?, error_json = ?, result_json = ?, started_ms = ?,
       finished_ms = ? WHERE id = ?`,
    ...[job.state, json(job.progress), json(job.error), json(job.result)],
    ...[job.startedMs, job.finishedMs, job.id],
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
