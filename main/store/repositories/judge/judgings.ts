import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { rubricTextSchema } from '../../../../shared/domain/judge/rubric.ts';
import {
  hashSchema,
  idSchema,
  momentSchema,
  nameSchema,
} from '../../../../shared/domain/stored-value.ts';
import { json } from '../../columns.ts';
import { all, get, run, withTransaction, type Database } from '../../database.ts';
import { nextSequence } from '../sequence.ts';

/** What a judge judges: all of a study, or one evaluation. */
export type Judged = { studyId: string } | { evaluationId: string };

/** Of neither: the judge itself is looked at, by pairs that the program brings along. */
interface Audit {
  isAudit: true;
}

const judgingRow = z.object({
  id: idSchema,
  studyId: idSchema.nullable(),
  evaluationId: idSchema.nullable(),
  systemId: idSchema,
  rubricHash: hashSchema,
  rubricName: nameSchema,
  rubric: json(rubricTextSchema),
  /** Fences the texts of this judging off; nobody who wrote one could know it. */
  nonce: z.string().regex(/^[0-9A-Za-z]{8,64}$/),
  jobId: idSchema.nullable(),
  author: nameSchema,
  createdMs: momentSchema,
});

/** One judge with one rubric on what it judges. */
export type StoredJudging = z.infer<typeof judgingRow>;

const selectJudgings = `SELECT j.id, j.study_id AS studyId, j.evaluation_id AS evaluationId,
    j.system_id AS systemId, j.rubric_hash AS rubricHash, r.name AS rubricName,
    r.text_json AS rubric, j.nonce, j.job_id AS jobId, j.author, j.created_ms AS createdMs
  FROM judging j JOIN rubric r ON r.hash = j.rubric_hash`;

type NewJudging = (Judged | Audit) & {
  systemId: string;
  rubricHash: string;
  nonce: string;
  author: string;
};

/** The judging of a judge and a rubric on something; stored when it is asked for the first time. */
export function ensureJudging(db: Database, judging: NewJudging): StoredJudging {
  return withTransaction(db, () => {
    const given = {
      studyId: 'studyId' in judging ? judging.studyId : null,
      evaluationId: 'evaluationId' in judging ? judging.evaluationId : null,
      systemId: judging.systemId,
      rubricHash: judging.rubricHash,
    };
    // Copies that were merged may each have begun one: the earlier one goes on.
    const known = get(
      db,
      judgingRow,
      `${selectJudgings} WHERE j.study_id IS @studyId AND j.evaluation_id IS @evaluationId
         AND j.system_id = @systemId AND j.rubric_hash = @rubricHash
       ORDER BY j.sequence, j.id LIMIT 1`,
      given,
    );
    if (known) return known;
    const id = uuidv7();
    const { nonce, author } = judging;
    run(
      db,
      `INSERT INTO judging (id, study_id, evaluation_id, system_id, rubric_hash, nonce, author,
         created_ms, sequence)
       VALUES (@id, @studyId, @evaluationId, @systemId, @rubricHash, @nonce, @author, @createdMs,
         @sequence)`,
      { ...given, id, nonce, author, createdMs: Date.now(), sequence: nextSequence(db) },
    );
    const stored = findJudging(db, id);
    if (!stored) throw new Error(`Judging ${id} was not stored`);
    return stored;
  });
}

/** A judging by id. */
export function findJudging(db: Database, id: string): StoredJudging | undefined {
  return get(db, judgingRow, `${selectJudgings} WHERE j.id = @id`, { id });
}

/** Remembers the job that asks. */
export function setJudgingJob(db: Database, id: string, jobId: string): void {
  run(db, 'UPDATE judging SET job_id = @jobId WHERE id = @id', { id, jobId });
}

/** The first audit of a judge with a rubric: an audit is a judging of neither study nor evaluation. */
export const findAudit = (
  db: Database,
  { systemId, rubricHash }: Pick<StoredJudging, 'systemId' | 'rubricHash'>,
): StoredJudging | undefined =>
  get(
    db,
    judgingRow,
    `${selectJudgings} WHERE j.study_id IS NULL AND j.evaluation_id IS NULL
       AND j.system_id = @systemId AND j.rubric_hash = @rubricHash ORDER BY j.sequence, j.id`,
    { systemId, rubricHash },
  );

/** Judgings of a study or an evaluation, oldest first; those of a study are of its evaluations, too. */
export function judgingsOf(db: Database, judged: Judged): StoredJudging[] {
  const id = 'studyId' in judged ? judged.studyId : judged.evaluationId;
  return all(
    db,
    judgingRow,
    `${selectJudgings}
     WHERE j.study_id = @id OR j.evaluation_id = @id
       OR j.study_id = (SELECT study_id FROM evaluation WHERE id = @id)
       OR j.evaluation_id IN (SELECT id FROM evaluation WHERE study_id = @id)
     ORDER BY j.sequence, j.id`,
    { id },
  );
}

/** Other judgings of evaluations and studies by the same judge with the same rubric, oldest first. */
export const judgingsBeside = (
  db: Database,
  { id, systemId, rubricHash }: Pick<StoredJudging, 'id' | 'systemId' | 'rubricHash'>,
): StoredJudging[] =>
  all(
    db,
    judgingRow,
    `${selectJudgings} WHERE j.system_id = @systemId AND j.rubric_hash = @rubricHash
       AND j.id <> @id AND (j.study_id IS NOT NULL OR j.evaluation_id IS NOT NULL)
     ORDER BY j.sequence, j.id`,
    { id, systemId, rubricHash },
  );

/** Every audit of a judge, oldest first. */
export const auditsOf = (db: Database): StoredJudging[] =>
  all(
    db,
    judgingRow,
    `${selectJudgings} WHERE j.study_id IS NULL AND j.evaluation_id IS NULL
     ORDER BY j.sequence, j.id`,
  );
