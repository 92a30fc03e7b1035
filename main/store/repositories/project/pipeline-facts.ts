import { z } from 'zod';
import { jobStateSchema } from '../../../../shared/domain/job.ts';
import {
  countSchema,
  epochSchema,
  idSchema,
  nameSchema,
} from '../../../../shared/domain/stored-value.ts';
import { real, sequenceColumn } from '../../columns.ts';
import { assembled, get, type Database } from '../../database.ts';
import { passesOf } from '../checkpoints.ts';
import { pickedHash } from '../picks.ts';
import { isCheckpointLive, isLive } from '../labels.ts';

const datasetRow = z.object({
  id: idSchema,
  name: nameSchema,
  sequence: sequenceColumn,
  samples: countSchema,
});

/** The newest dataset with its size, read off its last item. */
export function newestDataset(db: Database): z.infer<typeof datasetRow> | undefined {
  return get(
    db,
    datasetRow,
    assembled(`SELECT id, name, sequence,
       coalesce((SELECT max(ordinal) + 1 FROM dataset_item WHERE dataset_id = dataset.id), 0)
         AS samples
     FROM dataset WHERE ${isLive('dataset', 'dataset.id')}
     ORDER BY sequence DESC, id DESC LIMIT 1`),
    {},
  );
}

const runRow = z.object({
  id: idSchema,
  name: nameSchema,
  sequence: sequenceColumn,
  state: jobStateSchema,
  modelId: idSchema,
  checkpointId: idSchema.nullable(),
  epoch: epochSchema.nullable(),
  meanLoss: real.nullable(),
});

/** The newest run on a dataset that is at work or has a checkpoint, with the picked one or its last. */
export function newestRunOn(db: Database, datasetId: string): z.infer<typeof runRow> | undefined {
  return get(
    db,
    runRow,
    assembled(`SELECT r.id, r.name, r.sequence, j.state, r.model_id AS "modelId",
       c.id AS "checkpointId", ${passesOf('c')} AS epoch, c.mean_loss AS "meanLoss"
     FROM run r JOIN job j ON j.id = r.job_id
     LEFT JOIN checkpoint c ON c.id = (SELECT k.id FROM checkpoint k WHERE k.run_id = r.id
       AND ${isCheckpointLive('k.id', 'k.sha256')}
       ORDER BY ${pickedHash('k.run_id')} = k.sha256 DESC, k.epoch DESC LIMIT 1)
     WHERE r.dataset_id = @datasetId AND ${isLive('run', 'r.id')} AND
       (c.id IS NOT NULL OR j.state IN ('queued', 'running', 'pausing', 'cancelling'))
     ORDER BY r.sequence DESC, r.id DESC LIMIT 1`),
    { datasetId },
  );
}

const sinceRow = z.object({ chatAnswers: countSchema, evaluationId: idSchema.nullable() });

/** What was asked and compared after a place in the order. */
export function workSince(db: Database, sequence: number): z.infer<typeof sinceRow> {
  const row = get(
    db,
    sinceRow,
    `SELECT (SELECT count(*) FROM chat_answer WHERE sequence > @sequence) AS "chatAnswers",
       (SELECT id FROM evaluation WHERE sequence > @sequence
        ORDER BY sequence DESC, id DESC LIMIT 1) AS "evaluationId"`,
    { sequence },
  );
  return row ?? { chatAnswers: 0, evaluationId: null };
}

const pieceRow = z.object({ same: countSchema, read: countSchema, last: z.number().nullable() });

/**
 * Of the next items of a dataset: how many there are, and how many are accepted in just the frozen
 * version.
 */
export function acceptedAsFrozen(
  db: Database,
  datasetId: string,
  after: number,
  limit: number,
): z.infer<typeof pieceRow> {
  const row = get(
    db,
    pieceRow,
    `SELECT count(*) AS read, coalesce(sum(same), 0) AS same, max(ordinal) AS last FROM (
       SELECT i.ordinal, s.status = 'accepted' AND s.current_version_id = i.version_id
         AND NOT EXISTS (SELECT 1 FROM binned_sample b WHERE b.sample_seq = s.seq) AS same
       FROM dataset_item i JOIN sample_version v ON v.id = i.version_id
       JOIN sample s ON s.seq = v.sample_seq
       WHERE i.dataset_id = @datasetId AND i.ordinal > @after ORDER BY i.ordinal LIMIT @limit)`,
    { datasetId, after, limit },
  );
  return row ?? { same: 0, read: 0, last: null };
}
