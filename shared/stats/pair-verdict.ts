import type { AuthorKind, Verdict } from '../domain/evaluate/evaluation.ts';

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
  /**
   * What a judge says in one of three words, where the preference alone does not tell: a tie where its
   * two orders disagree, whatever their mean is.
   */
  verdict?: Verdict | undefined;
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
  ...(verdict.verdict && { verdict: otherSide[verdict.verdict] }),
  charactersA: verdict.charactersB,
  charactersB: verdict.charactersA,
});

const otherSide = { a: 'b', b: 'a', tie: 'tie' } as const;

/** A preference as one of three verdicts: a tie is exactly ½, as AlpacaEval counts draws. */
export const verdictOf = (preference: number): Verdict => {
  if (preference === 0.5) return 'tie';
  return preference > 0.5 ? 'a' : 'b';
};

const scores = { a: 1, tie: 0.5, b: 0 };

/** What counts where verdicts are counted: 1, ½ or 0. */
export const scoreOf = ({ preference, verdict }: Pick<PairVerdict, 'preference' | 'verdict'>) =>
  scores[verdict ?? verdictOf(preference)];

/** Code points of a text. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
