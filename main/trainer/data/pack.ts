import type { EncodedSample } from '../../engines/protocol/trainer.ts';

/** Samples side by side in one sequence; all arrays but the targets have one entry per token. */
export interface PackedBatch {
  tokens: Int32Array;
  /** Position in the own sample: rope restarts with each one. */
  positions: Int32Array;
  /** Number of the own sample: tokens attend only within it. */
  segments: Int32Array;
  /** Token index whose output predicts a trained token, ascending. */
  rows: Int32Array;
  /** The trained token predicted at the row of the same index. */
  targets: Int32Array;
}

/** Length of the part that is computed: up to the token that predicts the last trained one. */
export function computedLength({ trained }: EncodedSample): number {
  return Math.max(trained.lastIndexOf(1), 0);
}

/** Number of trained tokens; the first token of a sample has nothing that predicts it. */
export function countTrained({ trained }: EncodedSample): number {
  let count = 0;
  for (let index = 1; index < trained.length; index++) count += trained[index] === 1 ? 1 : 0;
  return count;
}

/**
 * Splits samples into consecutive parts of at most `maxTokens` computed tokens (a longer sample is
 * a part of its own), because the cost of attention grows with the square of a part.
 */
export function splitByTokens(
  samples: readonly EncodedSample[],
  maxTokens: number,
): EncodedSample[][] {
  const parts: EncodedSample[][] = [];
  let room = 0;
  for (const sample of samples) {
    const length = computedLength(sample);
    const part = parts.at(-1);
    if (part && length <= room) {
      part.push(sample);
      room -= length;
    } else {
      parts.push([sample]);
      room = maxTokens - length;
    }
  }
  return parts;
}

/**
 * Concatenates samples. What follows the last trained token of a sample is left out: attention
 * is causal, so it cannot change the loss.
 */
export function packSamples(samples: readonly EncodedSample[]): PackedBatch {
  const length = samples.reduce((sum, sample) => sum + computedLength(sample), 0);
  const targetCount = samples.reduce((sum, sample) => sum + countTrained(sample), 0);
  const batch: PackedBatch = {
    tokens: new Int32Array(length),
    positions: new Int32Array(length),
    segments: new Int32Array(length),
    rows: new Int32Array(targetCount),
    targets: new Int32Array(targetCount),
  };
  let start = 0;
  let target = 0;
  for (const [segment, sample] of samples.entries()) {
    const end = computedLength(sample);
    for (let index = 0; index < end; index++) {
      batch.tokens[start + index] = sample.tokens[index] ?? 0;
      batch.positions[start + index] = index;
      batch.segments[start + index] = segment;
      if (sample.trained[index + 1] !== 1) continue;
      batch.rows[target] = start + index;
      batch.targets[target] = sample.tokens[index + 1] ?? 0;
      target++;
    }
    start += end;
  }
  return batch;
}
