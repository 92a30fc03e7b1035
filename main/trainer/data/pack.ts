import {
  countAllTrained,
  isTrained,
  countTrained,
} from '../../../shared/domain/training-counts.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';

/** Where one sample lies in a packed sequence, in tokens. */
export interface PackedSpan {
  start: number;
  length: number;
}

/** Samples side by side, computed as one; the arrays up to `segments` have one entry per token. */
export interface PackedBatch {
  tokens: Int32Array;
  /** Position in the own sample: rope restarts with each one. */
  positions: Int32Array;
  /** Number of the own sample: tokens attend only within it. */
  segments: Int32Array;
  /** The samples one after the other without gaps, for attention block by block. */
  spans: readonly PackedSpan[];
  /** Token index whose output predicts a trained token, ascending. */
  rows: Int32Array;
  /** The trained token predicted at the row of the same index. */
  targets: Int32Array;
}

/** Length of the part that is computed: up to the token that predicts the last trained one. */
export function computedLength({ trained }: EncodedSample): number {
  return Math.max(trained.lastIndexOf(1), 0);
}

/**
 * Concatenates samples. What follows the last trained token of a sample is left out: attention
 * is causal, so it cannot change the loss.
 */
export function packSamples(samples: readonly EncodedSample[]): PackedBatch {
  const spans = spansOf(samples);
  const length = spans.reduce((sum, span) => sum + span.length, 0);
  const targetCount = countAllTrained(samples);
  const batch: PackedBatch = {
    tokens: new Int32Array(length),
    positions: new Int32Array(length),
    segments: new Int32Array(length),
    spans,
    rows: new Int32Array(targetCount),
    targets: new Int32Array(targetCount),
  };
  let target = 0;
  for (const [segment, sample] of samples.entries()) {
    const { start, length: end } = spans[segment] ?? { start: 0, length: 0 };
    for (let index = 0; index < end; index++) {
      batch.tokens[start + index] = sample.tokens[index] ?? 0;
      batch.positions[start + index] = index;
      batch.segments[start + index] = segment;
      if (!isTrained(sample, index + 1)) continue;
      batch.rows[target] = start + index;
      batch.targets[target] = sample.tokens[index + 1] ?? 0;
      target++;
    }
  }
  return batch;
}

function spansOf(samples: readonly EncodedSample[]): PackedSpan[] {
  let start = 0;
  return samples.map((sample) => {
    const span = { start, length: computedLength(sample) };
    start += span.length;
    return span;
  });
}

/** Pads with zeros. */
export function padded(values: Int32Array, length: number): Int32Array {
  const result = new Int32Array(length);
  result.set(values);
  return result;
}

/** Pads with indices that do not occur: gradients of rows are overwritten, never added up. */
export function padRows(rows: Int32Array, length: number): Int32Array {
  const result = padded(rows, length);
  const used = new Set(rows);
  let next = 0;
  for (let index = rows.length; index < length; index++) {
    while (used.has(next)) next++;
    result[index] = next++;
  }
  return result;
}

/**
 * Factor of the gradient of every trained row of packed samples: 1 each, or, so that every sample
 * counts the same, 1 / n in a sample with n of them.
 */
export function weighRows(
  samples: readonly EncodedSample[],
  weighting: Recipe['lossWeighting'],
): Float32Array {
  const weights = samples.map((sample) => {
    const count = countTrained(sample);
    return new Float32Array(count).fill(weighting === 'sample' ? 1 / count : 1);
  });
  return Float32Array.from(weights.flatMap((one) => Array.from(one)));
}
