import { z } from 'zod';
import { systemKeySchema, type SystemKey } from '../../../shared/domain/evaluation.ts';
import { type Identity, identitySchema } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { all, get, type Database } from '../database.ts';
import { idRow, json, messagesColumn } from '../columns.ts';
import { finishColumn } from './generations.ts';

/** The evaluation a comparison belongs to. */
export function evaluationOf(db: Database, comparisonId: string): string | undefined {
  return get(db, idRow, 'SELECT evaluation_id AS id FROM comparison WHERE id = @comparisonId', {
    comparisonId,
  })?.id;
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

const identityColumn = json(identitySchema);

const comparisonRow = z.object({
  id: z.string(),
  ordinal: z.number().int(),
  leftSide: systemKeySchema,
  prompt: messagesColumn,
  expected: z.string().nullable(),
  aOutput: z.string().nullable(),
  aFinish: finishColumn.nullable(),
  aIdentity: identityColumn.nullable(),
  bOutput: z.string().nullable(),
  bFinish: finishColumn.nullable(),
  bIdentity: identityColumn.nullable(),
});

/** The comparisons of an evaluation in order. */
export function comparisonsOf(db: Database, evaluationId: string): StoredComparison[] {
  return all(
    db,
    comparisonRow,
    `SELECT c.id, c.ordinal, c.left_side AS leftSide, p.messages_json AS prompt, p.expected,
       a.output AS aOutput, a.finish AS aFinish, a.identity_json AS aIdentity,
       b.output AS bOutput, b.finish AS bFinish, b.identity_json AS bIdentity
     FROM comparison c JOIN evaluation e ON e.id = c.evaluation_id
     JOIN prompt p ON p.id = c.prompt_id
     LEFT JOIN generation a ON a.prompt_id = c.prompt_id AND a.system_id = e.system_a_id
     LEFT JOIN generation b ON b.prompt_id = c.prompt_id AND b.system_id = e.system_b_id
     WHERE c.evaluation_id = @evaluationId ORDER BY c.ordinal`,
    { evaluationId },
  ).map(toComparison);
}

function toComparison(row: z.infer<typeof comparisonRow>): StoredComparison {
  const { aOutput, aFinish, aIdentity, bOutput, bFinish, bIdentity, ...comparison } = row;
  return {
    ...comparison,
    a: answerOf(aOutput, aFinish, aIdentity),
    b: answerOf(bOutput, bFinish, bIdentity),
  };
}

const answerOf = (
  output: string | null,
  finish: ComparisonAnswer['finish'] | null,
  identity: Identity | null,
): ComparisonAnswer | null =>
  output === null || finish === null || identity === null ? null : { output, finish, identity };
