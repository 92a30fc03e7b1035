import { linearShapes, type BenchmarkShape } from './model-shape.ts';

/** What one training step computes. */
export interface StepSize {
  tokens: number;
  /** Positions whose loss is computed: only they reach the LM head. */
  trainedTokens: number;
}

/**
 * Useful floating-point operations of a LoRA step: 4 per frozen weight and token (2 forward, 2 for
 * the gradient of the input; never the 6 of full training), causal attention over half of all
 * pairs, and the head on trained positions. Adapter, norms, softmax and recomputation count zero.
 */
export function stepFlops(shape: BenchmarkShape, { tokens, trainedTokens }: StepSize): number {
  const perBlock = linearShapes(shape).reduce(
    (sum, [, inputs, outputs]) => sum + inputs * outputs,
    0,
  );
  const linear = 4 * perBlock * shape.layers * tokens;
  // Scores and mixing are a product each forwards, and two each backwards.
  const pairs = (tokens * (tokens + 1)) / 2;
  const attention = 3 * 2 * 2 * pairs * shape.embeddingLength * shape.layers;
  const head = 4 * shape.embeddingLength * shape.vocabularySize * trainedTokens;
  return linear + attention + head;
}
