import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import type { Trainer } from '../step/trainer.ts';
import {
  type TrainedParameter,
  type TrainedWeights,
  writeParameter,
} from '../weights/trained-weights.ts';
import type { Device } from '../device/device.ts';

/** Moves along a direction that are large against float32 noise and small against curvature. */
const step = 0.04;
/** What rounding of the summed loss alone does to a slope. */
const lossNoise = 1e-3;

/** A trainer with the samples whose loss is differentiated. */
export interface Differentiated {
  device: Device;
  trainer: Trainer;
  samples: readonly EncodedSample[];
}

/** B is zero at the start, which would hide every error in the gradient of A. */
export function fillUpMatrices(
  device: Device,
  { parameters }: Pick<TrainedWeights, 'parameters'>,
): void {
  const uniform = seededUniform(7);
  for (const b of parameters.filter(({ name }) => name.endsWith('.lora_b'))) {
    const count = b.weight.ne[0] * b.weight.ne[1];
    const values = Float32Array.from({ length: count }, () => (uniform() - 0.5) * 0.1);
    writeParameter(device, b, values);
  }
}

/**
 * Compares the gradient of a parameter with central differences of the loss; returns the larger
 * relative difference of two directions.
 */
export async function gradientError(
  differentiated: Differentiated,
  parameter: TrainedParameter,
): Promise<number> {
  const { device, trainer, samples } = differentiated;
  trainer.trained.clearGradients();
  await trainer.accumulate(samples);
  // Read before the differences: computing them adds to the sums.
  const gradient = device.readFloats(parameter.gradient);
  // Along the gradient the slope is its norm, and any wrong component makes it less.
  const norm = Math.hypot(...gradient);
  const direction = gradient.map((value) => value / norm);
  const steep = await slope(differentiated, parameter, direction);
  // And one element on its own, the largest, which float32 noise disturbs least.
  const largest = largestIndex(gradient);
  const single = new Float32Array(gradient.length).fill(1, largest, largest + 1);
  const expected = gradient[largest] ?? 0;
  const difference = Math.abs((await slope(differentiated, parameter, single)) - expected);
  return Math.max(
    Math.abs(steep - norm) / norm,
    Math.max(0, difference - lossNoise) / Math.abs(expected),
  );
}

const largestIndex = (values: Float32Array) =>
  values.reduce(
    (best, value, index) => (Math.abs(value) > Math.abs(values[best] ?? 0) ? index : best),
    0,
  );

/** Slope of the loss when a matrix moves along `direction`: central differences, extrapolated. */
async function slope(
  { device, trainer, samples }: Differentiated,
  matrix: TrainedParameter,
  direction: Float32Array,
): Promise<number> {
  const values = device.readFloats(matrix.weight);
  const lossAt = async (distance: number) => {
    writeParameter(
      device,
      matrix,
      values.map((value, index) => value + distance * (direction[index] ?? 0)),
    );
    return await trainer.accumulate(samples);
  };
  const slopeWithin = async (distance: number) =>
    ((await lossAt(distance)) - (await lossAt(-distance))) / (2 * distance);
  // Richardson's extrapolation: what the curvature of the loss adds cancels out.
  const result = (4 * (await slopeWithin(step))) / 3 - (await slopeWithin(2 * step)) / 3;
  writeParameter(device, matrix, values);
  return result;
}
