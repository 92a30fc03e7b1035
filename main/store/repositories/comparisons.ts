import { z } from 'zod';
import {
  type AnswerFinish,
  answerFinishSchema,
  systemKeySchema,
  type SystemKey,
} from '../../../shared/domain/evaluate/evaluation.ts';
import type { TurnAnswer } from '../../../shared/domain/evaluate/dialogue.ts';
import { sideWords } from '../../../shared/template/dialogue-text.ts';
import { type AnswerIdentity, answerIdentitySchema } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import { countSchema, hashSchema, idSchema } from '../../../shared/domain/stored-value.ts';
import { all, get, type Database } from '../database.ts';
import { idRow, json, messagesColumn } from '../columns.ts';
import { answerHash } from './generations.ts';
import { turnsColumn } from './unfinished-dialogues.ts';
import { isLastVote } from './votes.ts';

/** The evaluation a comparison belongs to. */
export function evaluationOf(db: Database, comparisonId: string): string | undefined {
  return get(db, idRow, 'SELECT evaluation_id AS id FROM comparison WHERE id = @comparisonId', {
    comparisonId,
  })?.id;
}

/** One answer of a dialogue. */
type TurnOfComparison = Pick<TurnAnswer, 'output' | 'finish' | 'identity'>;

/** One answer inside a comparison. */
export interface ComparisonAnswer {
  /** Of a dialogue the words of all its answers, without what was thought before them. */
  output: string;
  /** The answers of a dialogue in order; none of a single answer. */
  turns: TurnOfComparison[];
  finish: 'stop' | 'length';
  identity: AnswerIdentity;
  /** Whether it is what was stored; older answers have no hash that would tell. */
  integrity: 'verified' | 'changed' | 'unhashed';
}

/** A comparison with both answers as far as they are there, and why one will never be. */
export interface StoredComparison {
  id: string;
  ordinal: number;
  leftSide: SystemKey;
  promptId: string;
  promptOrdinal: number;
  prompt: Message[];
  expected: string | null;
  a: ComparisonAnswer | null;
  b: ComparisonAnswer | null;
  failures: { system: SystemKey; reason: string }[];
}

const identityColumn = json(answerIdentitySchema);

const comparisonRow = z.object({
  id: idSchema,
  ordinal: countSchema,
  leftSide: systemKeySchema,
  promptId: idSchema,
  promptOrdinal: countSchema,
  prompt: messagesColumn,
  expected: z.string().nullable(),
  aOutput: z.string().nullable(),
  aFinish: answerFinishSchema.nullable(),
  aIdentity: identityColumn.nullable(),
  aStored: z.string().nullable(),
  aEarlier: z.string().nullable(),
  aTurns: turnsColumn.nullable(),
  aHash: hashSchema.nullable(),
  bOutput: z.string().nullable(),
  bFinish: answerFinishSchema.nullable(),
  bIdentity: identityColumn.nullable(),
  bStored: z.string().nullable(),
  bEarlier: z.string().nullable(),
  bTurns: turnsColumn.nullable(),
  bHash: hashSchema.nullable(),
});

const selectComparisons = `SELECT c.id, c.ordinal, c.left_side AS leftSide, p.id AS promptId,
    p.messages_json AS prompt, p.expected, p.ordinal AS promptOrdinal,
    a.output AS aOutput, a.finish AS aFinish, a.identity_json AS aIdentity,
    a.identity_json AS aStored, a.answer_hash AS aHash,
    a.turns_json AS aEarlier, a.turns_json AS aTurns,
    b.output AS bOutput, b.finish AS bFinish, b.identity_json AS bIdentity,
    b.identity_json AS bStored, b.answer_hash AS bHash,
    b.turns_json AS bEarlier, b.turns_json AS bTurns
  FROM comparison c JOIN evaluation e ON e.id = c.evaluation_id
  JOIN prompt p ON p.id = c.prompt_id
  LEFT JOIN generation a ON a.prompt_id = c.prompt_id AND a.system_id = e.system_a_id
  LEFT JOIN generation b ON b.prompt_id = c.prompt_id AND b.system_id = e.system_b_id`;

/** The comparisons of an evaluation in order, with every answer: only a report needs them all. */
export function comparisonsOf(db: Database, evaluationId: string): StoredComparison[] {
  return all(
    db,
    comparisonRow,
    `${selectComparisons} WHERE c.evaluation_id = @evaluationId ORDER BY c.ordinal`,
    { evaluationId },
  ).map(toComparison);
}

/** One comparison by id. */
export function findComparison(db: Database, id: string): StoredComparison | undefined {
  const row = get(db, comparisonRow, `${selectComparisons} WHERE c.id = @id`, { id });
  return row && toComparison(row);
}

/** The comparison with an ordinal. */
export function comparisonAt(
  db: Database,
  evaluationId: string,
  ordinal: number,
): StoredComparison | undefined {
  const row = get(
    db,
    comparisonRow,
    `${selectComparisons} WHERE c.evaluation_id = @evaluationId AND c.ordinal = @ordinal`,
    { evaluationId, ordinal },
  );
  return row && toComparison(row);
}

/**
 * The first comparison with neither a standing vote of this person nor one of the rule `ruledBy`;
 * with `isReady` the first such one that has both answers. It is never `besides`, and never one of
 * which an answer failed: there is nothing to vote on.
 */
export function firstWaiting(
  db: Database,
  wanted: {
    evaluationId: string;
    author: string;
    ruledBy: string;
    isReady: boolean;
    besides: string;
  },
): StoredComparison | undefined {
  const row = get(
    db,
    comparisonRow,
    `${selectComparisons}
     WHERE c.evaluation_id = @evaluationId AND c.id <> @besides
       AND coalesce(a.finish, '') <> 'failed' AND coalesce(b.finish, '') <> 'failed'
       AND (@isReady = 0 OR (a.id IS NOT NULL AND b.id IS NOT NULL))
       AND coalesce((SELECT shown FROM vote WHERE comparison_id = c.id AND author = @author
         AND author_kind = 'human' ORDER BY sequence DESC, id DESC LIMIT 1), 'withdrawn') = 'withdrawn'
       AND coalesce((SELECT shown FROM vote WHERE comparison_id = c.id AND author = @ruledBy
         AND author_kind = 'rule' ORDER BY sequence DESC, id DESC LIMIT 1), 'withdrawn') = 'withdrawn'
     ORDER BY c.ordinal LIMIT 1`,
    { ...wanted, isReady: wanted.isReady ? 1 : 0 },
  );
  return row && toComparison(row);
}

const failedRow = z.object({
  ordinal: countSchema,
  system: systemKeySchema,
  reason: z.string(),
});

const failuresOf = (key: SystemKey) => `SELECT c.ordinal, '${key}' AS system, g.output AS reason
   FROM comparison c JOIN evaluation e ON e.id = c.evaluation_id
   JOIN generation g ON g.prompt_id = c.prompt_id AND g.system_id = e.system_${key}_id
   WHERE c.evaluation_id = @evaluationId AND g.finish = 'failed'`;

/** The first answers of an evaluation that failed, by comparison. */
export function failedAnswers(
  db: Database,
  evaluationId: string,
  limit: number,
): z.infer<typeof failedRow>[] {
  const sql = `${failuresOf('a')} UNION ALL ${failuresOf('b')} ORDER BY ordinal, system LIMIT @limit`;
  return all(db, failedRow, sql, { evaluationId, limit });
}

const countsRow = z.object({
  comparisons: z.number().int(),
  generatedA: z.number().int(),
  generatedB: z.number().int(),
  readyPairs: z.number().int(),
  failed: z.number().int(),
  voted: z.number().int(),
});

/**
 * How many comparisons an evaluation has, with an answer of each system (also one that failed),
 * with both, with one that failed, and with a vote.
 */
export function comparisonCounts(db: Database, evaluationId: string): z.infer<typeof countsRow> {
  const counts = get(
    db,
    countsRow,
    `SELECT count(*) AS comparisons, count(a.id) AS generatedA, count(b.id) AS generatedB,
       count(CASE WHEN a.finish <> 'failed' AND b.finish <> 'failed' THEN 1 END) AS readyPairs,
       count(CASE WHEN a.finish = 'failed' OR b.finish = 'failed' THEN 1 END) AS failed,
       (SELECT count(DISTINCT v.comparison_id) FROM vote v
        JOIN comparison voted ON voted.id = v.comparison_id
        WHERE voted.evaluation_id = @evaluationId AND v.shown <> 'withdrawn'
          AND ${isLastVote}) AS voted
     FROM comparison c JOIN evaluation e ON e.id = c.evaluation_id
     LEFT JOIN generation a ON a.prompt_id = c.prompt_id AND a.system_id = e.system_a_id
     LEFT JOIN generation b ON b.prompt_id = c.prompt_id AND b.system_id = e.system_b_id
     WHERE c.evaluation_id = @evaluationId`,
    { evaluationId },
  );
  if (!counts) throw new Error('SQLite counts nothing in no row');
  return counts;
}

function toComparison(row: z.infer<typeof comparisonRow>): StoredComparison {
  const { aOutput, aFinish, aIdentity, aStored, aEarlier, aTurns, aHash, ...withoutA } = row;
  const { bOutput, bFinish, bIdentity, bStored, bEarlier, bTurns, bHash, ...rest } = withoutA;
  const a = { output: aOutput, finish: aFinish, identity: aIdentity, turns: aTurns };
  const b = { output: bOutput, finish: bFinish, identity: bIdentity, turns: bTurns };
  return {
    ...rest,
    a: answerOf(rest.prompt, a, { identity: aStored, earlier: aEarlier, hash: aHash }),
    b: answerOf(rest.prompt, b, { identity: bStored, earlier: bEarlier, hash: bHash }),
    failures: [...failureOf('a', a), ...failureOf('b', b)],
  };
}

interface StoredAnswer {
  output: string | null;
  finish: AnswerFinish | null;
  identity: AnswerIdentity | null;
  /** Of a dialogue the answers before the last one. */
  turns: TurnOfComparison[] | null;
}

const failureOf = (
  system: SystemKey,
  { output, finish }: Pick<StoredAnswer, 'output' | 'finish'>,
) => (finish === 'failed' ? [{ system, reason: output ?? '' }] : []);

function answerOf(
  asked: readonly Message[],
  { output, finish, identity, turns: before }: StoredAnswer,
  stored: { identity: string | null; earlier: string | null; hash: string | null },
): ComparisonAnswer | null {
  if (output === null || finish === null || finish === 'failed' || identity === null) return null;
  const hashed = { identity: stored.identity ?? '', earlier: stored.earlier };
  const found = answerHash({ asked, output, finish, ...hashed });
  const integrity =
    stored.hash === null ? 'unhashed' : stored.hash === found ? 'verified' : 'changed';
  const turns = before === null ? [] : [...before, { output, finish, identity }];
  return {
    output: turns.length === 0 ? output : sideWords(turns),
    turns,
    finish,
    identity,
    integrity,
  };
}
