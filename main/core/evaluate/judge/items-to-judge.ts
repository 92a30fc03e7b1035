import type { JudgeItem } from '../../../engines/protocol/inference.ts';
import { dialogueText } from '../../../../shared/template/dialogue-text.ts';
import type { Message } from '../../../../shared/domain/message.ts';
import { promptForJudge } from '../../../../shared/domain/judge/judge-text.ts';
import { sameAnswer, withoutThinking } from '../../../../shared/template/thinking.ts';
import type { Database } from '../../../store/database.ts';
import { comparisonsOf } from '../../../store/repositories/comparisons.ts';
import { evaluationsOfStudy } from '../../../store/repositories/evaluations.ts';
import { answersOfEvaluations } from '../../../store/repositories/judge/judged-items.ts';
import type { StoredJudging } from '../../../store/repositories/judge/judgings.ts';
import {
  verdictsOnAnswers,
  verdictsOfAudit,
  verdictsOnComparisons,
  type JudgedItem,
  type StoredVerdict,
} from '../../../store/repositories/judge/verdicts.ts';
import { auditItems } from './items-of-audit.ts';

/** One pair or answer, and in which orders the judge has still to see it. */
export interface ItemToJudge {
  item: JudgedItem;
  asked: JudgeItem;
  /** Asked once more, so that it needs other words to be fenced off by. */
  isAgain?: boolean;
}

/** What a judging asks for: verdicts in all, those that are there, and what is missing. */
export interface JudgingWork {
  /** Pairs or answers that can be judged. */
  items: number;
  /** Verdicts wanted: two of a pair, one of an answer. */
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

/** What a judging has, and still lacks, of all that can be judged now. */
export function judgingWork(db: Database, judging: StoredJudging): JudgingWork {
  if (isAudit(judging)) return workOfAudit(db, judging);
  const ids = evaluationIdsOf(db, judging);
  return judging.rubric.kind === 'pairwise'
    ? workOnPairs(db, judging, ids)
    : workOnAnswers(db, judging, ids);
}

function workOnPairs(db: Database, judging: StoredJudging, ids: readonly string[]): JudgingWork {
  const verdicts = verdictsOnComparisons(db, judging, ids);
  const known = Map.groupBy(verdicts, ({ comparisonId }) => comparisonId ?? '');
  const pairs = ids
    .flatMap((id) => comparisonsOf(db, id))
    .flatMap(({ id, prompt, a, b }) => (a && b ? [{ id, prompt, a, b }] : []));
  const different = pairs.filter(({ a, b }) => !sameAnswer(a.output, b.output));
  const missing = different.flatMap(({ id, prompt, a, b }) => {
    const orders = ordersLeft(known.get(id) ?? [], ['given', 'swapped']);
    const answers: [string, string] = [answerText(prompt, a), answerText(prompt, b)];
    const asked = { key: id, prompt: promptForJudge(prompt), answers, orders };
    return orders.length === 0 ? [] : [{ item: { comparisonId: id }, asked }];
  });
  return {
    ...countsOf(different.length, 2, missing),
    missing: byPrompt(missing),
    identical: pairs.length - different.length,
    verdicts,
  };
}

function workOnAnswers(db: Database, judging: StoredJudging, ids: readonly string[]): JudgingWork {
  const answers = answersOfEvaluations(db, ids);
  const verdicts = verdictsOnAnswers(
    db,
    judging,
    answers.map(({ id }) => id),
  );
  const known = Map.groupBy(verdicts, ({ generationId }) => generationId ?? '');
  const missing = answers.flatMap(({ id, prompt, output, turns }) => {
    const orders = ordersLeft(known.get(id) ?? [], ['given']);
    const own: [string] = [answerText(prompt, { output, turns })];
    const asked = { key: id, prompt: promptForJudge(prompt), answers: own, orders };
    return orders.length === 0 ? [] : [{ item: { generationId: id }, asked }];
  });
  return {
    ...countsOf(answers.length, 1, missing),
    missing: byPrompt(missing),
    identical: 0,
    verdicts,
  };
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

/** An answer as a judge reads it: without thinking, of a dialogue all that was said in it. */
const answerText = (
  prompt: readonly Message[],
  { output, turns }: { output: string; turns: readonly { output: string }[] },
): string =>
  turns.length === 0
    ? withoutThinking(output)
    : dialogueText(
        prompt,
        turns.map((turn) => turn.output),
      );

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
  const left = missing.reduce((sum, { asked }) => sum + (asked.orders?.length ?? each), 0);
  return { items, total, done: total - left };
}

/** What begins alike comes together: the engine reads it once. */
const byPrompt = (items: readonly ItemToJudge[]): ItemToJudge[] =>
  [...Map.groupBy(items, ({ asked }) => asked.prompt).values()].flat();
