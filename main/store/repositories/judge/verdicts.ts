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
import { idSchema, momentSchema, nameSchema } from '../../../../shared/domain/stored-value.ts';
import { json, real } from '../../columns.ts';
import { all, run, withTransaction, type Database } from '../../database.ts';
import { nextSequence } from '../sequence.ts';

const verdictRow = z.object({
  judgingId: idSchema,
  comparisonId: idSchema.nullable(),
  generationId: idSchema.nullable(),
  /** Of an audit: which of its pairs or answers. */
  auditKey: nameSchema.nullable(),
  order: shownOrderSchema,
  /** Of the rubric's symbols; null where it could not be asked. */
  probabilities: json(probabilitiesSchema).nullable(),
  elsewhere: real.nullable(),
  failure: z.string().nullable(),
  identity: json(z.union([endpointIdentitySchema, identitySchema])).nullable(),
  createdMs: momentSchema,
});

/** What a judge said of an item in one order, or why it could not be asked. */
export type StoredVerdict = z.infer<typeof verdictRow>;

/** What a verdict is on. */
export type JudgedItem = { comparisonId: string } | { generationId: string } | { auditKey: string };

/** A verdict that an engine gave. */
export interface NewVerdict {
  judgingId: string;
  item: JudgedItem;
  order: StoredVerdict['order'];
  probabilities: readonly number[];
  elsewhere: number;
  promptTokens: number;
  identity: Identity | EndpointIdentity;
}

/** Stores a verdict; a second one of the same judging, item and order changes nothing. */
export function insertVerdict(db: Database, { probabilities, identity, ...verdict }: NewVerdict) {
  append(db, {
    ...verdict,
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
  append(db, { ...failed, ...nothing, order });
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
}

function append(db: Database, { item, ...verdict }: VerdictColumns): void {
  withTransaction(db, () =>
    run(
      db,
      `INSERT INTO verdict (id, judging_id, comparison_id, generation_id, shown_order,
         probabilities_json, elsewhere, prompt_tokens, failure, identity_json, audit_key,
         created_ms, sequence)
       VALUES (@id, @judgingId, @comparisonId, @generationId, @order, @probabilities, @elsewhere,
         @promptTokens, @failure, @identity, @auditKey, @createdMs, @sequence)
       ON CONFLICT DO NOTHING`,
      {
        ...verdict,
        id: uuidv7(),
        comparisonId: 'comparisonId' in item ? item.comparisonId : null,
        generationId: 'generationId' in item ? item.generationId : null,
        auditKey: 'auditKey' in item ? item.auditKey : null,
        createdMs: Date.now(),
        sequence: nextSequence(db),
      },
    ),
  );
}

const selectVerdicts = `SELECT v.judging_id AS judgingId, v.comparison_id AS comparisonId,
    v.generation_id AS generationId, v.audit_key AS auditKey, v.shown_order AS "order",
    v.probabilities_json AS probabilities, v.elsewhere, v.failure, v.identity_json AS identity,
    v.created_ms AS createdMs
  FROM verdict v JOIN judging j ON j.id = v.judging_id`;

/** One judge with one rubric: whatever judging it was asked in, what it said is known. */
interface JudgeWithRubric {
  systemId: string;
  rubricHash: string;
}

/** What a judge said, by a rubric, of the comparisons of evaluations, oldest first. */
export function verdictsOnComparisons(
  db: Database,
  { systemId, rubricHash }: JudgeWithRubric,
  evaluationIds: readonly string[],
): StoredVerdict[] {
  return all(
    db,
    verdictRow,
    `${selectVerdicts} JOIN comparison c ON c.id = v.comparison_id
     WHERE j.system_id = @systemId AND j.rubric_hash = @rubricHash
       AND c.evaluation_id IN (SELECT value FROM json_each(@ids))
     ORDER BY v.sequence, v.id`,
    { systemId, rubricHash, ids: JSON.stringify(evaluationIds) },
  );
}

/** What a judge said, by a rubric, of single answers, oldest first. */
export function verdictsOnAnswers(
  db: Database,
  { systemId, rubricHash }: JudgeWithRubric,
  generationIds: readonly string[],
): StoredVerdict[] {
  return all(
    db,
    verdictRow,
    `${selectVerdicts}
     WHERE j.system_id = @systemId AND j.rubric_hash = @rubricHash
       AND v.generation_id IN (SELECT value FROM json_each(@ids))
     ORDER BY v.sequence, v.id`,
    { systemId, rubricHash, ids: JSON.stringify(generationIds) },
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

/** Both orders as a judge said them; of an order that two judgings had, the earlier one. */
export const orderedVerdicts = (verdicts: readonly StoredVerdict[]): OrderedVerdict[] =>
  verdicts.flatMap(({ order, probabilities, elsewhere }) =>
    probabilities === null ? [] : [{ order, probabilities, elsewhere: elsewhere ?? 0 }],
  );
