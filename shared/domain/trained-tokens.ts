/** Tokens of one training sequence with a mark each: 1 for those that the loss is on. */
export interface MarkedTokens {
  trained: ArrayLike<number>;
}

/** True for a token that counts in the loss. The first one never does: nothing predicts it. */
export function isTrained({ trained }: MarkedTokens, index: number): boolean {
  return index > 0 && trained[index] === 1;
}

/** Number of tokens of a sequence that count in the loss. */
export function countTrained(sequence: MarkedTokens): number {
  let count = 0;
  for (let index = 0; index < sequence.trained.length; index++)
    if (isTrained(sequence, index)) count++;
  return count;
}

/** The same over many sequences. */
export function countAllTrained(sequences: readonly MarkedTokens[]): number {
  return sequences.reduce((sum, sequence) => sum + countTrained(sequence), 0);
}
