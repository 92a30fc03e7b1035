import type { JudgeItem } from '../../../engines/protocol/inference.ts';
import type { Database } from '../../../store/database.ts';
import { evaluationsOfStudy } from '../../../store/repositories/evaluations.ts';
import type { StoredJudging } from '../../../store/repositories/judge/judgings.ts';
import {
  verdictsOnAnswers,
  verdictsOfAudit,
  verdictsOnComparisons,
  type JudgedItem,
  type StoredVerdict,
} from '../../../store/repositories/judge/verdicts.ts';
import { auditItems } from './items-of-audit.ts';
import { keyOfVerdict, textsToJudge, type TextToJudge } from './texts-to-judge.ts';

/** One pair, answer or turn, and in which orders the judge has still to see it. */
export interface ItemToJudge {
  item: JudgedItem;
  asked: JudgeItem & { orders: StoredVerdict['order'][] };
  /** Asked once more, so that it needs other words to be fenced off by. */
  isAgain?: boolean;
}

/** What a judging asks for: verdicts in all, those that are there, and what is missing. */
export interface JudgingWork {
  /** Pairs, answers or turns that can be judged. */
  items: number;
  /** Verdicts wanted: two of a pair, one of an answer or a turn. */
  total: number;
  /** Verdicts there are; an item that cannot be asked counts as asked. */
  done: number;
  missing: ItemToJudge[];
  /** Pairs with identical answers: ties by rule, which nobody is asked. */
  identical: number;
  verdicts: StoredVerdict[];
}

/** The evaluations that a judging is about. */
export const evaluationIdsOf = (
  db: Database,
  { studyId, evaluationId }: Pick<StoredJudging, 'studyId' | 'evaluationId'>,
): string[] =>
  studyId === null ? [evaluationId ?? ''] : evaluationsOfStudy(db, studyId).map(({ id }) => id);

/**
 * What a judging has, and still lacks, of all that can be judged now. Where it is `isFresh` it lacks
 * what was said in earlier judgings alone.
 */
export function judgingWork(
  db: Database,
  judging: StoredJudging,
  { isFresh = false }: { isFresh?: boolean } = {},
): JudgingWork {
  if (isAudit(judging)) return workOfAudit(db, judging);
  const ids = evaluationIdsOf(db, judging);
  const { kind } = judging.rubric;
  const { texts, identical } = textsToJudge(db, kind, ids);
  const byKey = Map.groupBy(verdictsOn(db, judging, { ids, texts }), keyOfVerdict);
  const known = (key: string) => byKey.get(key) ?? [];
  const wanted = kind === 'pairwise' ? (['given', 'swapped'] as const) : (['given'] as const);
  const missing = texts.flatMap(({ item, ...asked }) => {
    const own = known(asked.key).filter((one) => !isFresh || isAskedIn(judging, one));
    const orders = ordersLeft(own, wanted);
    return orders.length === 0 ? [] : [{ item, asked: { ...asked, orders } }];
  });
  return {
    ...countsOf(texts.length, wanted.length, missing),
    missing: byPrompt(missing),
    identical,
    verdicts: texts.flatMap(({ key }) => known(key)),
  };
}

/** Whether the judge was asked in a judging itself: all else that counts for it is of earlier ones. */
export const isAskedIn = (
  { id }: Pick<StoredJudging, 'id'>,
  { judgingId, originId }: StoredVerdict,
): boolean => judgingId === id && originId === null;

/** What the judge said with that rubric, in whatever judging, of texts of evaluations. */
export function verdictsOn(
  db: Database,
  judging: StoredJudging,
  { ids, texts }: { ids: readonly string[]; texts: readonly TextToJudge[] },
): StoredVerdict[] {
  if (judging.rubric.kind === 'pairwise') return verdictsOnComparisons(db, judging, ids);
  const answers = texts.flatMap(({ item }) => ('generationId' in item ? item.generationId : []));
  return verdictsOnAnswers(db, judging, [...new Set(answers)]);
}

/** Whether the judge itself is looked at, by what the program brings along. */
export const isAudit = ({ studyId, evaluationId }: StoredJudging): boolean =>
  studyId === null && evaluationId === null;

function workOfAudit(db: Database, judging: StoredJudging): JudgingWork {
  const { kind } = judging.rubric;
  const items = auditItems(kind);
  const verdicts = verdictsOfAudit(db, judging);
  const known = Map.groupBy(verdicts, ({ auditKey }) => auditKey ?? '');
  const wanted = kind === 'pairwise' ? (['given', 'swapped'] as const) : (['given'] as const);
  const missing = items.flatMap(({ auditKey, asked, isAgain }) => {
    const orders = ordersLeft(known.get(auditKey) ?? [], wanted);
    const left = { item: { auditKey }, asked: { key: auditKey, ...asked, orders }, isAgain };
    return orders.length === 0 ? [] : [left];
  });
  // What is asked once more comes last, under a nonce of its own.
  const inOrder = missing.toSorted((p, q) => Number(p.isAgain) - Number(q.isAgain));
  const counts = countsOf(items.length, wanted.length, missing);
  return { ...counts, missing: inOrder, identical: 0, verdicts };
}

/** What could not be asked once is not asked again. */
function ordersLeft(
  verdicts: readonly StoredVerdict[],
  wanted: readonly StoredVerdict['order'][],
): StoredVerdict['order'][] {
  if (verdicts.some(({ failure }) => failure !== null)) return [];
  return wanted.filter((order) => !verdicts.some((verdict) => verdict.order === order));
}

function countsOf(items: number, each: number, missing: readonly ItemToJudge[]) {
  const total = items * each;
  return { items, total, done: total - verdictsIn(missing) };
}

/** How many verdicts items still want. */
export const verdictsIn = (items: readonly ItemToJudge[]): number =>
  items.reduce((sum, { asked }) => sum + asked.orders.length, 0);

/** What begins alike comes together: the engine reads it once. */
const byPrompt = (items: readonly ItemToJudge[]): ItemToJudge[] =>
  [...Map.groupBy(items, ({ asked }) => asked.prompt).values()].flat();
