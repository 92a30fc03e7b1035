import type { Recipe } from '../../../shared/domain/recipe.ts';
import { countTrained } from '../../../shared/domain/training-counts.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';

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
