import { builtInRubrics } from '../../../shared/domain/judge/built-in-rubrics.ts';
import { identitySchema, samplingSchema } from '../../../shared/domain/identity.ts';
import { all, type Database } from '../database.ts';
import { idRow } from '../columns.ts';
import { comparisonsOf } from '../repositories/comparisons.ts';
import { listEvaluations } from '../repositories/evaluations.ts';
import { ensureJudging } from '../repositories/judge/judgings.ts';
import { storeRubric } from '../repositories/judge/rubrics.ts';
import { insertVerdict, type JudgedItem } from '../repositories/judge/verdicts.ts';

/** A judge's verdict on a pair, or on a single answer, of an evaluation, or on a pair of an audit. */
export interface JudgeDeed {
  do: 'judge';
  at: number;
  kind: 'pairwise' | 'absolute' | 'audit';
  /** Taken over from another verdict. */
  isTakenOver: boolean;
}

const identity = identitySchema.parse({
  baseSha256: 'base',
  baseName: 'm',
  adapterSha256: null,
  adapterName: null,
  strength: 1,
  templateSha256: 'template',
  sampling: samplingSchema.parse({}),
  engine: 'test 1.0',
  device: 'cpu',
});

/** Judges an item by the first system of its evaluation. */
export function judge(db: Database, { at, kind, isTakenOver }: JudgeDeed, author: string): void {
  const evaluations = listEvaluations(db);
  const evaluation = evaluations[at % Math.max(1, evaluations.length)];
  if (!evaluation) return;
  const { id: evaluationId, systemAId: systemId } = evaluation;
  const comparisons = comparisonsOf(db, evaluationId);
  const answers = all(
    db,
    idRow,
    'SELECT id FROM generation WHERE system_id = @systemId ORDER BY id',
    { systemId },
  );
  const chosen = kind === 'absolute' ? answers : comparisons;
  const id = chosen[at % Math.max(1, chosen.length)]?.id;
  if (id === undefined) return;
  const name = kind === 'absolute' ? kind : 'pairwise';
  const { hash: rubricHash } = storeRubric(db, { name, text: builtInRubrics[name], author });
  const about = kind === 'audit' ? { isAudit: true as const } : { evaluationId };
  // Each copy has a nonce of its own for a judging that it begins itself.
  const judging = { ...about, systemId, rubricHash, nonce: `nonce${author}0`, author };
  insertVerdict(db, {
    judgingId: ensureJudging(db, judging).id,
    item: itemOf(kind, id, at),
    order: at % 2 === 0 ? 'given' : 'swapped',
    probabilities: [0.5, 0.25, 0.25],
    elsewhere: 0.1,
    promptTokens: 9,
    identity,
    ...(isTakenOver && { origin: { id: 'v1', nonce: 'earlier00' } }),
  });
}

function itemOf(kind: JudgeDeed['kind'], id: string, at: number): JudgedItem {
  if (kind === 'audit') return { auditKey: `pair ${at % 3}` };
  return kind === 'pairwise'
    ? { comparisonId: id }
    : { generationId: id, turn: at % 3 === 0 ? null : at % 3 };
}
