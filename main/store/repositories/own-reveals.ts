import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { nameSchema } from '../../../shared/domain/stored-value.ts';
import { all, run, withTransaction, type Database } from '../database.ts';
import { nextSequence } from './sequence.ts';

/** What is voted on: an evaluation that stands by itself, or a study. */
export interface JudgedId {
  kind: 'evaluation' | 'study';
  id: string;
}

const authorRow = z.object({ author: nameSchema });

/** Who has seen what their own votes say, while it was blind for everybody else. */
export function ownRevealsOf(db: Database, { kind, id }: JudgedId): string[] {
  const column = kind === 'study' ? 'study_id' : 'evaluation_id';
  const sql: string = `SELECT author FROM own_reveal WHERE ${column} = @id
    GROUP BY author ORDER BY min(sequence), author`;
  return all(db, authorRow, sql, { id }).map(({ author }) => author);
}

/** Remembers that a person has seen what their own votes say; once is enough. */
export function addOwnReveal(db: Database, judged: JudgedId, author: string): void {
  if (ownRevealsOf(db, judged).includes(author)) return;
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO own_reveal (id, evaluation_id, study_id, author, created_ms, sequence)
       VALUES (@id, @evaluationId, @studyId, @author, @createdMs, @sequence)`,
      {
        id: uuidv7(),
        evaluationId: judged.kind === 'evaluation' ? judged.id : null,
        studyId: judged.kind === 'study' ? judged.id : null,
        author,
        createdMs: Date.now(),
        sequence: nextSequence(db),
      },
    ),
  );
}
