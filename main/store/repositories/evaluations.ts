import { v7 as uuidv7 } from 'uuid';
import type { AuthorKind, ShownVerdict, SystemKey } from '../../../shared/domain/evaluation.ts';
import { type Identity, identitySchema } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { all, get, run, withTransaction, type Database } from '../database.ts';
import { parseColumn, parseMessages } from '../json-column.ts';

/** An evaluation as it is stored. */
export interface StoredEvaluation {
  id: string;
  name: string;
  promptSetId: string;
  systemAId: string;
  systemBId: string;
  seed: number;
  parallel: number;
  jobId: string | null;
  revealedMs: number | null;
  createdMs: number;
}

const evaluationColumns = `id, name, prompt_set_id AS promptSetId, system_a_id AS systemAId,
  system_b_id AS systemBId, seed, parallel, job_id AS jobId, revealed_ms AS revealedMs,
  created_ms AS createdMs`;

/** Stores an evaluation with its comparisons; `leftSides[i]` is the system shown left in item i. */
export function insertEvaluation(
  db: Database,
  evaluation: Omit<StoredEvaluation, 'jobId' | 'revealedMs' | 'createdMs'> & { author: string },
  promptIds: readonly string[],
  leftSides: readonly SystemKey[],
): void {
  withTransaction(db, () => {
    run(
      db,
      `INSERT INTO evaluation (id, name, prompt_set_id, system_a_id, system_b_id, seed, parallel,
         author, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      evaluation.id,
      evaluation.name,
      evaluation.promptSetId,
      evaluation.systemAId,
      evaluation.systemBId,
      evaluation.seed,
      evaluation.parallel,
      evaluation.author,
      Date.now(),
    );
    promptIds.forEach((promptId, ordinal) =>
      run(
        db,
        `INSERT INTO comparison (id, evaluation_id, ordinal, prompt_id, left_side)
         VALUES (?, ?, ?, ?, ?)`,
        uuidv7(),
        evaluation.id,
        ordinal,
        promptId,
        leftSides[ordinal],
      ),
    );
  });
}

/** Remembers the job that generates the answers. */
export function setEvaluationJob(db: Database, evaluationId: string, jobId: string): void {
  run(db, 'UPDATE evaluation SET job_id = ? WHERE id = ?', jobId, evaluationId);
}

/** Ends the blind phase; the first time counts. */
export function setRevealed(db: Database, evaluationId: string): void {
  run(
    db,
    'UPDATE evaluation SET revealed_ms = ? WHERE id = ? AND revealed_ms IS NULL',
    Date.now(),
    evaluationId,
  );
}

/** Every evaluation, newest first. */
export function listEvaluations(db: Database): StoredEvaluation[] {
  return all(db, `SELECT ${evaluationColumns} FROM evaluation ORDER BY id DESC`);
}

/** An evaluation by id or by name. */
export function findEvaluation(
  db: Database,
  by: 'id' | 'name',
  value: string,
): StoredEvaluation | undefined {
  return get(db, `SELECT ${evaluationColumns} FROM evaluation WHERE ${by} = ?`, value);
}

/** The evaluation a comparison belongs to. */
export function evaluationOf(db: Database, comparisonId: string): string | undefined {
  return get<{ id: string }>(
    db,
    'SELECT evaluation_id AS id FROM comparison WHERE id = ?',
    comparisonId,
  )?.id;
}

/** One answer inside a comparison. */
export interface ComparisonAnswer {
  output: string;
  finish: 'stop' | 'length';
  identity: Identity;
}

/** A comparison with both answers as far as they are there. */
export interface StoredComparison {
  id: string;
  ordinal: number;
  leftSide: SystemKey;
  prompt: Message[];
  expected: string | null;
  a: ComparisonAnswer | null;
  b: ComparisonAnswer | null;
}

interface ComparisonColumns {
  id: string;
  ordinal: number;
  left_side: SystemKey;
  messages_json: string;
  expected: string | null;
  a_output: string | null;
  a_finish: 'stop' | 'length';
  a_identity: string;
  b_output: string | null;
  b_finish: 'stop' | 'length';
  b_identity: string;
}

const answerOf = (
  output: string | null,
  finish: 'stop' | 'length',
  identity: string,
): ComparisonAnswer | null =>
  output === null ? null : { output, finish, identity: parseColumn(identitySchema, identity) };

/** The comparisons of an evaluation in order. */
export function comparisonsOf(db: Database, evaluationId: string): StoredComparison[] {
  return all<ComparisonColumns>(
    db,
    `SELECT c.id, c.ordinal, c.left_side, p.messages_json, p.expected,
       a.output AS a_output, a.finish AS a_finish, a.identity_json AS a_identity,
       b.output AS b_output, b.finish AS b_finish, b.identity_json AS b_identity
     FROM comparison c JOIN evaluation e ON e.id = c.evaluation_id
     JOIN prompt p ON p.id = c.prompt_id
     LEFT JOIN generation a ON a.prompt_id = c.prompt_id AND a.system_id = e.system_a_id
     LEFT JOIN generation b ON b.prompt_id = c.prompt_id AND b.system_id = e.system_b_id
     WHERE c.evaluation_id = ? ORDER BY c.ordinal`,
    evaluationId,
  ).map((row) => ({
    id: row.id,
    ordinal: row.ordinal,
    leftSide: row.left_side,
    prompt: parseMessages(row.messages_json),
    expected: row.expected,
    a: answerOf(row.a_output, row.a_finish, row.a_identity),
    b: answerOf(row.b_output, row.b_finish, row.b_identity),
  }));
}

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
