import type { SystemKey } from '../../../shared/domain/evaluation.ts';
import { type Identity, identitySchema } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { all, get, type Database } from '../database.ts';
import { parseColumn, parseMessages } from '../json-column.ts';

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
