import type { AuthorKind } from '../domain/evaluate/evaluation.ts';

/** One verdict on two answers to one prompt, whoever gave it. */
export interface PairVerdict {
  /** Which prompt: verdicts on the same one are not independent. */
  prompt: string;
  /** Which of several pairs of answers to this prompt; absent where there is one, or nobody knows. */
  item?: string | number;
  /** Names of the systems whose answers were compared. */
  a: string;
  b: string;
  /** From 0, b is better, over ½, neither is, to 1, a is better. */
  preference: number;
  author: string;
  /** Who gave it; null where the table does not tell. */
  authorKind: AuthorKind | null;
  /** Lengths of the answers in code points, as Python counts them; null where there is no text. */
  charactersA: number | null;
  charactersB: number | null;
}

/** The same verdict seen from the other side. */
export const flipped = (verdict: PairVerdict): PairVerdict => ({
  ...verdict,
  a: verdict.b,
  b: verdict.a,
  preference: 1 - verdict.preference,
  charactersA: verdict.charactersB,
  charactersB: verdict.charactersA,
});

/** A preference as one of three verdicts: a tie is exactly ½, as AlpacaEval counts draws. */
export const verdictOf = (preference: number): 'a' | 'b' | 'tie' => {
  if (preference === 0.5) return 'tie';
  return preference > 0.5 ? 'a' : 'b';
};

/** Code points of a text. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
