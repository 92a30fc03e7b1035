import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import {
  authorKindSchema,
  shownVerdictSchema,
  type AuthorKind,
} from '../../../shared/domain/evaluate/evaluation.ts';
import { idSchema, momentSchema, nameSchema } from '../../../shared/domain/stored-value.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { nextSequence } from './sequence.ts';

/** What a row of votes says: a verdict, or that the author's earlier one is taken back. */
export const castVerdictSchema = z.enum([...shownVerdictSchema.options, 'withdrawn']);

const voteRow = z.object({
  comparisonId: idSchema,
  shown: castVerdictSchema,
  author: nameSchema,
  authorKind: authorKindSchema,
  createdMs: momentSchema,
});

/** A vote as it is stored; `withdrawn` takes the author's earlier vote back. */
export type StoredVote = z.infer<typeof voteRow>;

/** Appends a vote or a withdrawal. */
export function insertVote(
  db: Database,
  vote: Omit<StoredVote, 'createdMs'> & { durationMs: number | null },
): void {
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO vote (id, comparison_id, shown, author, author_kind, duration_ms, created_ms,
         sequence)
       VALUES (@id, @comparisonId, @shown, @author, @authorKind, @durationMs, @createdMs,
         @sequence)`,
      { ...vote, id: uuidv7(), createdMs: Date.now(), sequence: nextSequence(db) },
    ),
  );
}

/** The vote `v` is the last one of its author, whatever the clock said: by sequence. */
export const isLastVote = `v.id = (SELECT id FROM vote WHERE comparison_id = v.comparison_id
    AND author = v.author AND author_kind = v.author_kind ORDER BY sequence DESC, id DESC LIMIT 1)`;

const standing = `SELECT v.comparison_id AS comparisonId, v.shown, v.author,
    v.author_kind AS authorKind, v.created_ms AS createdMs
  FROM vote v JOIN comparison c ON c.id = v.comparison_id
  WHERE c.evaluation_id = @evaluationId AND v.shown <> 'withdrawn' AND ${isLastVote}`;

/** The newest vote of each author on each comparison, withdrawn ones left out, oldest first. */
export function standingVotes(db: Database, evaluationId: string): StoredVote[] {
  return all(db, voteRow, `${standing} ORDER BY v.sequence, v.id`, { evaluationId });
}

/** A person's newest vote of an evaluation that was not withdrawn. */
export function lastVoteOf(
  db: Database,
  evaluationId: string,
  author: string,
): StoredVote | undefined {
  return get(
    db,
    voteRow,
    `${standing} AND v.author_kind = 'human' AND v.author = @author
     ORDER BY v.sequence DESC, v.id DESC LIMIT 1`,
    { evaluationId, author },
  );
}

const shownRow = voteRow.pick({ shown: true });

/** An author's standing vote on one comparison, or `null`; a person's unless said otherwise. */
export function verdictOf(
  db: Database,
  comparisonId: string,
  by: { author: string; authorKind?: AuthorKind },
): z.infer<typeof shownVerdictSchema> | null {
  const vote = get(
    db,
    shownRow,
    `SELECT shown FROM vote WHERE comparison_id = @comparisonId AND author = @author
       AND author_kind = @authorKind ORDER BY sequence DESC, id DESC LIMIT 1`,
    { comparisonId, authorKind: 'human', ...by },
  );
  return vote === undefined || vote.shown === 'withdrawn' ? null : vote.shown;
}
