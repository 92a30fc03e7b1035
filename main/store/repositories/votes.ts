import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { authorKindSchema, shownVerdictSchema } from '../../../shared/domain/evaluation.ts';
import { all, run, type Database } from '../database.ts';

const voteRow = z.object({
  comparisonId: z.string(),
  shown: z.enum([...shownVerdictSchema.options, 'withdrawn']),
  author: z.string(),
  authorKind: authorKindSchema,
  createdMs: z.number().int(),
});

/** A vote as it is stored; `withdrawn` takes the author's earlier vote back. */
export type StoredVote = z.infer<typeof voteRow>;

/** Appends a vote or a withdrawal. */
export function insertVote(
  db: Database,
  vote: Omit<StoredVote, 'createdMs'> & { durationMs: number | null },
): void {
  run(
    db,
    `INSERT INTO vote (id, comparison_id, shown, author, author_kind, duration_ms, created_ms)
     VALUES (@id, @comparisonId, @shown, @author, @authorKind, @durationMs, @createdMs)`,
    { ...vote, id: uuidv7(), createdMs: Date.now() },
  );
}

/** The newest vote of each author on each comparison, withdrawn ones left out, oldest first. */
export function standingVotes(db: Database, evaluationId: string): StoredVote[] {
  return all(
    db,
    voteRow,
    `SELECT v.comparison_id AS comparisonId, v.shown, v.author, v.author_kind AS authorKind,
       v.created_ms AS createdMs
     FROM vote v JOIN comparison c ON c.id = v.comparison_id
     WHERE c.evaluation_id = @evaluationId AND v.shown <> 'withdrawn' AND v.id =
       (SELECT max(id) FROM vote WHERE comparison_id = v.comparison_id AND author = v.author
          AND author_kind = v.author_kind)
     ORDER BY v.id`,
    { evaluationId },
  );
}
