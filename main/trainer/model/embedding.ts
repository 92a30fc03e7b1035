import { keyedBytes } from '../data/random.ts';
import type { Device } from '../device/device.ts';
import type { Tensor } from '../device/tensor.ts';
import { scale } from '../ops/arithmetic.ts';
import { getRows, getRowsBackward } from '../ops/layout.ts';
import type { KeyedSpans } from './dropout.ts';
import type { GraphContext } from './graph-context.ts';
import { addGradient } from './linear.ts';

/** The residual stream before the first block [embeddingLength, tokens], for token ids [tokens]. */
export function embed({ graph, model }: GraphContext, tokens: Tensor): Tensor {
  const rows = getRows(graph, model.embedding, tokens);
  const { embeddingScale } = model.parameters;
  return embeddingScale === 1 ? rows : scale(graph, rows, embeddingScale);
}

/** Adds the gradient of a trained embedding, for that of the stream before the first block. */
export function embedBackward(context: GraphContext, tokens: Tensor, gradient: Tensor): void {
  const { graph, model } = context;
  const { embeddingScale } = model.parameters;
  addGradient(context, model.embedding, () => {
    const scaled = embeddingScale === 1 ? gradient : scale(graph, gradient, embeddingScale);
    return getRowsBackward(graph, scaled, tokens, model.embedding);
  });
}

/**
 * NEFTune (arXiv:2310.05914): draws U(−1, 1) · α / √(L · d) for every element of the embedding of
 * a sample with L tokens and d dimensions, into noise [d, tokens]; padding gets none.
 */
export function writeEmbeddingNoise(
  device: Device,
  noise: Tensor,
  { spans, keys }: KeyedSpans,
  alpha: number,
): void {
  const [width, tokens] = noise.ne;
  const values = new Float32Array(width * tokens);
  for (const [index, { start, length }] of spans.entries()) {
    const drawn = new Int32Array(
      keyedBytes(`${keys[index] ?? ''}/embedding`, length * width * 4).buffer,
    );
    const factor = alpha / Math.sqrt(length * width) / 2 ** 31;
    const first = start * width;
    for (let at = 0; at < drawn.length; at++) values[first + at] = (drawn[at] ?? 0) * factor;
  }
  device.write(noise, values);
}
