import type { Tensor } from '../device/tensor.ts';
import type { GraphParts } from './graph-context.ts';
import { addGradient } from './weight-gradients.ts';

/** The residual stream before the first block [embeddingLength, tokens], for token ids [tokens]. */
export function embed({ graph, model }: GraphParts, tokens: Tensor): Tensor {
  const { ops } = graph;
  const rows = ops.getRows(model.embedding, tokens);
  const { embeddingScale } = model.parameters;
  return embeddingScale === 1 ? rows : ops.scale(rows, embeddingScale);
}

/** Adds the gradient of a trained embedding, for that of the stream before the first block. */
export function embedBackward(parts: GraphParts, tokens: Tensor, gradient: Tensor): void {
  const { embedding, parameters } = parts.model;
  const { ops } = parts.graph;
  const { embeddingScale: scale } = parameters;
  addGradient(parts, embedding, () => {
    const scaled = scale === 1 ? gradient : ops.scale(gradient, scale);
    return ops.getRowsBack(scaled, tokens, embedding);
  });
}
