import type { EncodedSample } from '../../../engines/protocol/trainer.ts';
import type { StepSize } from './model-flops.ts';

/** A sample whose last `trainedTokens` tokens are trained on. */
export function benchmarkSample(
  { tokens, trainedTokens }: StepSize,
  vocabularySize: number,
): EncodedSample {
  const length = tokens + 1;
  return {
    id: 'benchmark',
    tokens: Int32Array.from({ length }, (_, index) => (index * 7919) % vocabularySize),
    trained: new Uint8Array(length).fill(1, length - trainedTokens),
  };
}
