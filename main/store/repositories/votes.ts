import { v7 as uuidv7 } from 'uuid';
import type { AuthorKind, ShownVerdict } from '../../../shared/domain/evaluation.ts';
import { all, run, type Database } from '../database.ts';

/** A vote as it is stored; `withdrawn` takes the author's earlier vote back. */
export interface StoredVote {
  comparisonId: string;
  shown: ShownVerdict | 'withdrawn';
  author: string;
  authorKind: AuthorKind;
  createdMs: number;
}

/** Appends a vote or a withdrawal. */
export function insertVote(
  db: Database,
  vote: Omit<StoredVote, 'createdMs'> & { durationMs: number | null },
): void {
  run(
    db,
    `INSERT INTO vote (id, comparison_id, shown, author, author_kind, duration_ms, created_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    uuidv7(),
    vote.comparisonId,
    vote.shown,
    vote.author,
    vote.authorKind,
    vote.durationMs,
    Date.now(),
  );
}

/** The newest vote of each author on each comparison, withdrawn ones left out, oldest first. */
export function standingVotes(db: Database, evaluationId: string): StoredVote[] {
  return all(
    db,
    `SELECT v.comparison_id AS comparisonId, v.shown, v.author, v.author_kind AS authorKind,
       v.created_ms AS createdMs
     FROM vote v JOIN comparison c ON c.id = v.comparison_id
     WHERE c.evaluation_id = ? AND v.shown <> 'withdrawn' AND v.id =
       (SELECT max(id) FROM vote WHERE comparison_id = v.comparison_id AND author = v.author
          AND author_kind = v.author_kind)
     ORDER BY v.id`,
    evaluationId,
  );
}
