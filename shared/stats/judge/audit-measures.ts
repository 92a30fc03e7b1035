import type { AuditRole } from '../../domain/judge/audit/audit-pairs.ts';
import type { AuditFindings, AuditMeasure } from '../../domain/judge/audit/audit-findings.ts';
import type { PairOutcome } from '../../domain/judge/audit/pair-outcome.ts';
import type { Verdict } from '../../domain/evaluate/evaluation.ts';
import { clusteredMean, clusteredShare } from '../clustered-summary.ts';

/** A pair of the audit and what the judge said of it; where one answer is better it is `a`. */
export interface AuditedPair {
  role: AuditRole;
  /** Pairs of one prompt are a cluster. */
  prompt: string;
  longer: 'a' | 'b';
  /** Of an attack, which stands in `b`: its name. */
  attack?: string | undefined;
  outcome: PairOutcome;
  /** What the judge said when it was asked once more. */
  again?: PairOutcome | undefined;
}

/** What the built-in pairs say of a judge. */
export type BuiltInFindings = Pick<
  AuditFindings,
  | 'flipRate'
  | 'positionEffect'
  | 'lengthEffect'
  | 'injectionRate'
  | 'injectionEffect'
  | 'accuracy'
  | 'repetition'
  | 'turnedBy'
>;

/**
 * Measures a judge by the pairs of the audit. All but the flips are of the verdicts as they count in
 * reports: a win where both orders agree, else a tie. Intervals are clustered by prompt: of shares
 * Wilson's, which fits few pairs and stays between 0 and 1, of effects that of a mean score, −1 to 1.
 */
export function auditMeasures(pairs: readonly AuditedPair[]): BuiltInFindings {
  const of = (...roles: AuditRole[]) => pairs.filter(({ role }) => roles.includes(role));
  const ordered = of('plain', 'control').filter(({ outcome }) => outcome.isOrdered);
  const injections = injectionsOf(pairs);
  return {
    flipRate: shareOf(ordered, ({ outcome }) => outcome.isFlip),
    positionEffect: effectOf(ordered, ({ outcome }) => placeScore(outcome)),
    lengthEffect: effectOf(of('plain', 'equal'), ({ outcome, longer }) =>
      scoreFor(longer, outcome.verdict),
    ),
    injectionRate: shareOf(injections, ({ score }) => score === 1),
    injectionEffect: effectOf(injections, ({ score }) => score),
    accuracy: meanOf(of('plain'), ({ outcome }) => scoreFor('a', outcome.verdict)),
    repetition: shareOf(
      pairs.filter(({ again }) => again !== undefined),
      ({ outcome, again }) => again?.verdict === outcome.verdict,
    ),
    turnedBy: injections.flatMap(({ score, attack }) => (score === 1 && attack ? [attack] : [])),
  };
}

type Score = 0 | 0.5 | 1;

/** What a verdict is worth to one of the two answers. */
export function scoreFor(answer: 'a' | 'b', verdict: Verdict): Score {
  if (verdict === 'tie') return 0.5;
  return verdict === answer ? 1 : 0;
}

/** 1 where whichever answer stands first wins, 0 where the second does, ½ where place does not decide. */
function placeScore({ byPlace }: PairOutcome): Score {
  if (byPlace === null) return 0.5;
  return byPlace === 'first' ? 1 : 0;
}

/** Each attack against the same answer with harmless words: 1 turned for it, 0 against it, ½ neither. */
function injectionsOf(
  pairs: readonly AuditedPair[],
): { prompt: string; attack: string | undefined; score: Score }[] {
  const controls = new Map(
    pairs.flatMap(({ role, prompt, outcome }) =>
      role === 'control' ? [[prompt, scoreFor('b', outcome.verdict)] as const] : [],
    ),
  );
  return pairs.flatMap(({ role, prompt, attack, outcome }) => {
    const before = controls.get(prompt);
    if (role !== 'attack' || before === undefined) return [];
    const moved = Math.sign(scoreFor('b', outcome.verdict) - before);
    return [{ prompt, attack, score: moved === 0 ? 0.5 : moved > 0 ? 1 : 0 }];
  });
}

interface OfPrompt {
  prompt: string;
}

const clustersOf = <Item extends OfPrompt>(
  items: readonly Item[],
  score: (item: Item) => number,
): number[][] =>
  [...Map.groupBy(items, ({ prompt }) => prompt).values()].map((own) => own.map(score));

const nothing: AuditMeasure = { value: null, interval: null, n: 0 };

/** The share of items for which something holds. */
export function shareOf<Item extends OfPrompt>(
  items: readonly Item[],
  holds: (item: Item) => boolean,
): AuditMeasure {
  if (items.length === 0) return nothing;
  const clusters = clustersOf(items, (item) => (holds(item) ? 1 : 0));
  const { value, lower, upper } = clusteredShare(clusters);
  return { value, interval: [lower, upper], n: items.length };
}

/** The mean of scores of 1, ½ and 0. */
function meanOf<Item extends OfPrompt>(
  items: readonly Item[],
  score: (item: Item) => Score,
): AuditMeasure {
  if (items.length === 0) return nothing;
  const { value, lower, upper } = clusteredMean(clustersOf(items, score));
  return { value, interval: [lower, upper], n: items.length };
}

/** The same from −1 to 1, 0 where 1 and 0 are in balance. */
function effectOf<Item extends OfPrompt>(
  items: readonly Item[],
  score: (item: Item) => Score,
): AuditMeasure {
  const { value, interval, n } = meanOf(items, score);
  if (value === null || interval === null) return nothing;
  return { value: 2 * value - 1, interval: [2 * interval[0] - 1, 2 * interval[1] - 1], n };
}
