import { z } from 'zod';
import type { Verdict } from '../evaluate/evaluation.ts';

/** In which order a judge saw two answers; of a single one there is the given order alone. */
export const shownOrderSchema = z.enum(['given', 'swapped']);
export type ShownOrder = z.infer<typeof shownOrderSchema>;

/** Of each symbol of a rubric, among the symbols alone. */
export const probabilitiesSchema = z.array(z.number().min(0).max(1)).min(2).max(20);

/** What a judge said of one pair in one order. */
export interface OrderedVerdict {
  order: ShownOrder;
  probabilities: readonly number[];
  /** The probability of everything that is no symbol. */
  elsewhere: number;
}

/** What both orders of a pair say together, from the first answer's point of view. */
export interface PairJudgement {
  /** Mean over the orders of the probability that the first answer is better, and half that of neither. */
  preference: number;
  /** What both orders say; a tie where they say two things. */
  verdict: Verdict;
  isFlip: boolean;
  elsewhere: number;
}

/** The preference for the first answer, and the verdict that is most likely, of one order. */
export function orderJudgement({ order, probabilities }: Omit<OrderedVerdict, 'elsewhere'>): {
  preference: number;
  verdict: Verdict;
} {
  const [first = 0, second = 0, neither = 0] = probabilities;
  const [a, b] = order === 'given' ? [first, second] : [second, first];
  const preference = a + neither / 2;
  if (neither >= Math.max(a, b) || a === b) return { preference, verdict: 'tie' };
  return { preference, verdict: a > b ? 'a' : 'b' };
}

/** Undefined while an order lacks: a single order is never counted. */
export function pairJudgement(verdicts: readonly OrderedVerdict[]): PairJudgement | undefined {
  const given = verdicts.find(({ order }) => order === 'given');
  const swapped = verdicts.find(({ order }) => order === 'swapped');
  if (!given || !swapped) return undefined;
  const [one, other] = [orderJudgement(given), orderJudgement(swapped)];
  const isFlip = one.verdict !== other.verdict;
  return {
    preference: (one.preference + other.preference) / 2,
    verdict: isFlip ? 'tie' : one.verdict,
    isFlip,
    elsewhere: (given.elsewhere + swapped.elsewhere) / 2,
  };
}

/** The symbol that is most likely, by its place; the first of several. */
export const likeliest = (probabilities: readonly number[]): number =>
  probabilities.indexOf(Math.max(...probabilities));

/** The expected level on a scale that begins with 1 (G-Eval, DEITA): Σ p(level) · level. */
export const expectedLevel = (probabilities: readonly number[]): number =>
  probabilities.reduce((sum, probability, place) => sum + probability * (place + 1), 0);
