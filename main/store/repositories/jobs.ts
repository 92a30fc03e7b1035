import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import {
  type JobKind,
  jobErrorSchema,
  jobProgressSchema,
  jobSnapshotSchema,
} from '../../../shared/domain/job.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { idRow, json } from '../columns.ts';
import { isLive } from './labels.ts';
import { nextSequence } from './sequence.ts';

const jobRow = jobSnapshotSchema.omit({ revision: true }).extend({
  progress: json(jobProgressSchema).nullable(),
  error: json(jobErrorSchema).nullable(),
  result: json(jobSnapshotSchema.shape.result.unwrap()).nullable(),
});

/** A job as it is stored: a snapshot without the revision, which belongs to one core process. */
export type StoredJob = z.infer<typeof jobRow>;

const jobColumns = `id, kind, title, subject_id AS subjectId, state, progress_json AS progress,
  error_json AS error, result_json AS result, created_ms AS createdMs, started_ms AS startedMs,
  finished_ms AS finishedMs, sequence`;

const toJson = (value: unknown) => (value === null ? null : JSON.stringify(value));

/** Stores a queued job and returns it. */
export function insertJob(
  db: Database,
  job: { kind: JobKind; title: string; subjectId: string | null; payload: unknown },
): StoredJob {
  const id = uuidv7();
  const payload = JSON.stringify(job.payload);
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO job (id, kind, title, subject_id, state, payload_json, created_ms, sequence)
       VALUES (@id, @kind, @title, @subjectId, 'queued', @payload, @createdMs, @sequence)`,
      { ...job, id, payload, createdMs: Date.now(), sequence: nextSequence(db) },
    ),
  );
  const stored = findJob(db, id);
  if (!stored) throw new Error(`Job ${id} was not stored`);
  return stored;
}

/** Stores what can change about a job. */
export function updateJob(db: Database, job: StoredJob): void {
  run(
    db,
    `UPDATE job SET state = @state, progress_json = @progress, error_json = @error,
       result_json = @result, started_ms = @startedMs, finished_ms = @finishedMs WHERE id = @id`,
    {
      id: job.id,
      state: job.state,
      progress: toJson(job.progress),
      error: toJson(job.error),
      result: toJson(job.result),
      startedMs: job.startedMs,
      finishedMs: job.finishedMs,
    },
  );
}

/** A job by id. */
export function findJob(db: Database, id: string): StoredJob | undefined {
  return get(db, jobRow, `SELECT ${jobColumns} FROM job WHERE id = @id`, { id });
}

// Any JSON that is not too deep to be looked through and hashed.
const payloadRow = z.object({ payload: json(z.json()) });

/** The payload of a job, as it was stored: its kind says what it must hold. */
export function jobPayload(db: Database, id: string): unknown {
  return get(db, payloadRow, 'SELECT payload_json AS payload FROM job WHERE id = @id', { id })
    ?.payload;
}

// The row of a run that was deleted may stay for an evaluation, and with it that of its job.
const isWanted = `NOT EXISTS
  (SELECT 1 FROM run r WHERE r.job_id = job.id AND NOT (${isLive('run', 'r.id')}))`;

/** The newest jobs, oldest of them first; not those of deleted runs. */
export function listJobs(db: Database, limit = 200): StoredJob[] {
  return all(
    db,
    jobRow,
    `SELECT ${jobColumns} FROM job WHERE ${isWanted} ORDER BY sequence DESC, id DESC LIMIT @limit`,
    { limit },
  ).toReversed();
}

/** False once what a job worked on was deleted. */
export function isJobWanted(db: Database, id: string): boolean {
  return get(db, idRow, `SELECT id FROM job WHERE id = @id AND ${isWanted}`, { id }) !== undefined;
}
