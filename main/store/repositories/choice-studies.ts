import { z } from 'zod';
import { epochSchema, idSchema } from '../../../shared/domain/stored-value.ts';
import { all, type Database } from '../database.ts';
import { idRow } from '../columns.ts';
import { passesOf } from './checkpoints.ts';

/** A system of a run: of an epoch of it at full strength, or of its base, which is none. */
const isOfRun = `y.kind = 'weights' AND y.few_shot = '' AND y.strength = 1
  AND (c.run_id = @runId OR y.checkpoint_id IS NULL AND y.model_id = @modelId)`;

/**
 * Studies of which every system is of one run, and one at least is an epoch of it, the newest first.
 * One that is blind only where it was made to find the best of them: of others nothing is told.
 */
export function choiceStudyIds(db: Database, run: { runId: string; modelId: string }): string[] {
  return all(
    db,
    idRow,
    `WITH own AS (
       SELECT e.study_id AS study, max(c.run_id IS NOT NULL) AS hasEpoch, min(${isOfRun}) AS isOwn
       FROM evaluation e JOIN system y ON y.id IN (e.system_a_id, e.system_b_id)
       LEFT JOIN checkpoint c ON c.id = y.checkpoint_id
       WHERE e.study_id IS NOT NULL GROUP BY e.study_id)
     SELECT s.id FROM study s JOIN own ON own.study = s.id
     WHERE own.isOwn AND own.hasEpoch AND (s.revealed_ms IS NOT NULL OR s.pairing = 'leaders')
     ORDER BY s.sequence DESC, s.id DESC`,
    run,
  ).map(({ id }) => id);
}

const epochRow = z.object({
  systemId: idSchema,
  epoch: epochSchema,
  checkpointId: idSchema.nullable(),
});

/** The systems of a study whose systems are of one run, each with its epoch; 0 is the base. */
export function epochsOfStudy(db: Database, studyId: string): z.infer<typeof epochRow>[] {
  return all(
    db,
    epochRow,
    `SELECT DISTINCT y.id AS systemId, y.checkpoint_id AS checkpointId,
       CASE WHEN c.id IS NULL THEN 0 ELSE ${passesOf('c')} END AS epoch
     FROM evaluation e JOIN system y ON y.id IN (e.system_a_id, e.system_b_id)
     LEFT JOIN checkpoint c ON c.id = y.checkpoint_id WHERE e.study_id = @studyId`,
    { studyId },
  );
}
