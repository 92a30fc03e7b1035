/** What one device computed: loss, gradient norm and loss after a step; gradients by name. */
export interface TrainingSample {
  losses: readonly number[];
  gradients: readonly { name: string; values: Float32Array }[];
}

/** How far two devices are apart; differences are relative and never NaN (∞ instead). */
export interface Comparison {
  passed: boolean;
  tolerance: number;
  lossDifference: number;
  gradientDifference: number;
  worstTensor: string;
}

/**
 * Largest relative difference that is rounding. Devices sum in another order, some multiply F32 in
 * TF32 or BF16 (10 and 7 bits), and products with quantized weights round the other operand to
 * 8 bits on the CPU and not at all on some GPUs. A wrong operation is off by a multiple of these.
 */
export function toleranceFor(weightTypes: string): number {
  const types = weightTypes.split('+');
  if (types.every((type) => type === 'F32')) return 0.01;
  return types.every((type) => type === 'F32' || type === 'F16' || type === 'BF16') ? 0.02 : 0.06;
}

/** Compares what a device computed with what the CPU did. */
export function compareResults(
  found: TrainingSample,
  expected: TrainingSample,
  tolerance: number,
): Comparison {
  const lossDifference = Math.max(
    ...expected.losses.map((loss, index) =>
      finite(Math.abs((found.losses[index] ?? NaN) - loss) / Math.abs(loss)),
    ),
  );
  let gradientDifference = 0;
  let worstTensor = '';
  for (const [index, { name, values }] of expected.gradients.entries()) {
    const difference = relativeDifference(found.gradients[index]?.values, values);
    if (difference <= gradientDifference && worstTensor !== '') continue;
    gradientDifference = difference;
    worstTensor = name;
  }
  const passed = lossDifference <= tolerance && gradientDifference <= tolerance;
  return { passed, tolerance, lossDifference, gradientDifference, worstTensor };
}

function relativeDifference(found: Float32Array | undefined, expected: Float32Array): number {
  let difference = 0;
  let size = 0;
  for (const [index, value] of expected.entries()) {
    difference += ((found?.[index] ?? NaN) - value) ** 2;
    size += value ** 2;
  }
  return finite(Math.sqrt(difference / size));
}

const finite = (value: number) => (Number.isNaN(value) ? Infinity : value);
