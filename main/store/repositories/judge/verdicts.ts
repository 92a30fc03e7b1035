import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import {
  probabilitiesSchema,
  shownOrderSchema,
  type OrderedVerdict,
} from '../../../../shared/domain/judge/judge-verdict.ts';
import {
  endpointIdentitySchema,
  identitySchema,
  type EndpointIdentity,
  type Identity,
} from '../../../../shared/domain/identity.ts';
import {
  countSchema,
  idSchema,
  momentSchema,
  nameSchema,
} from '../../../../shared/domain/stored-value.ts';
import { json, real } from '../../columns.ts';
import { all, run, withTransaction, type Database } from '../../database.ts';
import { nextSequence } from '../sequence.ts';

const verdictRow = z.object({
  id: idSchema,
  judgingId: idSchema,
  comparisonId: idSchema.nullable(),
  generationId: idSchema.nullable(),
  /** Of an audit: which of its pairs or answers. */
  auditKey: nameSchema.nullable(),
  /** Of a dialogue, from 0; null of all else, and of a whole dialogue that an older version asked about. */
  turn: countSchema.nullable(),
  /** The verdict that it was taken over from, whether that is still there or not. */
  originId: idSchema.nullable(),
  /** What fenced the texts off when the judge was asked. */
  nonce: nameSchema,
  order: shownOrderSchema,
  /** Of the rubric's symbols; null where it could not be asked. */
  probabilities: json(probabilitiesSchema).nullable(),
  elsewhere: real.nullable(),
  promptTokens: countSchema.nullable(),
  failure: z.string().nullable(),
  identity: json(z.union([endpointIdentitySchema, identitySchema])).nullable(),
  createdMs: momentSchema,
});

/** What a judge said of an item in one order, or why it could not be asked. */
export type StoredVerdict = z.infer<typeof verdictRow>;

/** What a verdict is on. */
export type JudgedItem =
  | { comparisonId: string }
  /** `turn` is null of a single answer. */
  | { generationId: string; turn: number | null }
  | { auditKey: string };

/** A verdict that an engine gave. */
export interface NewVerdict {
  judgingId: string;
  item: JudgedItem;
  order: StoredVerdict['order'];
  probabilities: readonly number[];
  elsewhere: number;
  promptTokens: number | null;
  identity: Identity | EndpointIdentity;
  /** Where it was taken over from: the verdict that the judge gave, and what fenced the texts off. */
  origin?: { id: string; nonce: string };
}

/** Stores a verdict; a second one of the same judging, item and order changes nothing. */
export function insertVerdict(
  db: Database,
  { probabilities, identity, origin, ...verdict }: NewVerdict,
): void {
  append(db, {
    ...verdict,
    originId: origin?.id ?? null,
    originNonce: origin?.nonce ?? null,
    failure: null,
    probabilities: JSON.stringify(probabilities),
    identity: JSON.stringify(identity),
  });
}

/** Why an item could not be asked, in the order that was tried. */
interface FailedVerdict {
  judgingId: string;
  item: JudgedItem;
  failure: string;
  order?: StoredVerdict['order'];
}

/** Stores why an item cannot be asked: it is not asked again. */
export function insertFailedVerdict(
  db: Database,
  { order = 'given', ...failed }: FailedVerdict,
): void {
  const nothing = { probabilities: null, elsewhere: null, promptTokens: null, identity: null };
  append(db, { ...failed, ...nothing, originId: null, originNonce: null, order });
}

interface VerdictColumns {
  judgingId: string;
  item: JudgedItem;
  order: string;
  probabilities: string | null;
  elsewhere: number | null;
  promptTokens: number | null;
  failure: string | null;
  identity: string | null;
  originId: string | null;
  originNonce: string | null;
}

function append(db: Database, { item, ...verdict }: VerdictColumns): void {
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO verdict (id, judging_id, comparison_id, generation_id, shown_order,
         probabilities_json, elsewhere, prompt_tokens, failure, identity_json, audit_key, turn,
         origin_id, origin_nonce, created_ms, sequence)
       VALUES (@id, @judgingId, @comparisonId, @generationId, @order, @probabilities, @elsewhere,
         @promptTokens, @failure, @identity, @auditKey, @turn, @originId, @originNonce, @createdMs,
         @sequence)
       ON CONFLICT DO NOTHING`,
      {
        ...verdict,
        id: uuidv7(),
        comparisonId: 'comparisonId' in item ? item.comparisonId : null,
        generationId: 'generationId' in item ? item.generationId : null,
        auditKey: 'auditKey' in item ? item.auditKey : null,
        turn: 'turn' in item ? item.turn : null,
        createdMs: Date.now(),
        sequence: nextSequence(db),
      },
    ),
  );
}

const selectVerdicts = `SELECT v.id, v.judging_id AS judgingId, v.comparison_id AS comparisonId,
    v.generation_id AS generationId, v.audit_key AS auditKey, v.turn,
    v.origin_id AS originId, coalesce(v.origin_nonce, j.nonce) AS nonce, v.shown_order AS "order",
    v.probabilities_json AS probabilities, v.elsewhere,
    v.prompt_tokens AS promptTokens, v.failure, v.identity_json AS identity,
    v.created_ms AS createdMs
  FROM verdict v JOIN judging j ON j.id = v.judging_id`;

/**
 * The first of an item counts: what was said in the judging itself, where the judge was asked before
 * what was taken over, then what was said in others.
 */
const inOrder = 'ORDER BY v.judging_id <> @id, v.origin_id IS NOT NULL, v.sequence, v.id';

/** One judge with one rubric: whatever judging it was asked in, what it said is known. */
interface JudgeWithRubric {
  systemId: string;
  rubricHash: string;
}

type OneJudging = JudgeWithRubric & { id: string };

/** What a judge said, by a rubric, of the comparisons of evaluations, in the order in which it counts. */
export function verdictsOnComparisons(
  db: Database,
  { id, systemId, rubricHash }: OneJudging,
  evaluationIds: readonly string[],
): StoredVerdict[] {
  return all(
    db,
    verdictRow,
    `${selectVerdicts} JOIN comparison c ON c.id = v.comparison_id
     WHERE j.system_id = @systemId AND j.rubric_hash = @rubricHash
       AND c.evaluation_id IN (SELECT value FROM json_each(@ids))
     ${inOrder}`,
    { id, systemId, rubricHash, ids: JSON.stringify(evaluationIds) },
  );
}

/** What a judge said, by a rubric, of single answers and of turns, in the order in which it counts. */
export function verdictsOnAnswers(
  db: Database,
  { id, systemId, rubricHash }: OneJudging,
  generationIds: readonly string[],
): StoredVerdict[] {
  return all(
    db,
    verdictRow,
    `${selectVerdicts}
     WHERE j.system_id = @systemId AND j.rubric_hash = @rubricHash
       AND v.generation_id IN (SELECT value FROM json_each(@ids))
     ${inOrder}`,
    { id, systemId, rubricHash, ids: JSON.stringify(generationIds) },
  );
}

/** What a judge said, by a rubric, of what it was audited with, oldest first. */
export function verdictsOfAudit(
  db: Database,
  { systemId, rubricHash }: JudgeWithRubric,
): StoredVerdict[] {
  return all(
    db,
    verdictRow,
    `${selectVerdicts}
     WHERE j.system_id = @systemId AND j.rubric_hash = @rubricHash AND v.audit_key IS NOT NULL
     ORDER BY v.sequence, v.id`,
    { systemId, rubricHash },
  );
}

/** What counts of an item, of each turn and order: the first that was told, in the order of a query. */
export const standingVerdicts = (verdicts: readonly StoredVerdict[]): StoredVerdict[] => {
  const told = verdicts.filter(({ probabilities }) => probabilities !== null);
  const key = ({ comparisonId, generationId, auditKey, turn, order }: StoredVerdict) =>
    JSON.stringify([comparisonId ?? generationId ?? auditKey, turn, order]);
  return [...Map.groupBy(told, key).values()].flatMap(([first]) => first ?? []);
};

/** The same of one answer: of a dialogue that was asked about turn by turn nothing said of it as a whole. */
export function verdictsOnTurns(verdicts: readonly StoredVerdict[]): StoredVerdict[] {
  const standing = standingVerdicts(verdicts);
  const onTurns = standing.filter(({ turn }) => turn !== null);
  return onTurns.length > 0 ? onTurns : standing;
}

/** What counts of one item, as a judge said it. */
export const orderedVerdicts = (verdicts: readonly StoredVerdict[]): OrderedVerdict[] =>
  standingVerdicts(verdicts).flatMap(({ order, probabilities, elsewhere }) =>
    probabilities === null ? [] : [{ order, probabilities, elsewhere: elsewhere ?? 0 }],
  );
