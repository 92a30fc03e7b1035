import { z } from 'zod';
import { recipeSchema } from './recipe/recipe.ts';

/** Kinds of devices that ggml has libraries for. */
export const deviceFamilySchema = z.enum(['cpu', 'cuda', 'vulkan', 'metal']);
export type DeviceFamily = z.infer<typeof deviceFamilySchema>;

/** A device a run can be computed on. */
export const trainingDeviceSchema = z.object({
  /** As in a recipe: `cpu`, `cuda0`, `vulkan0`, `metal0`. */
  id: z.string(),
  family: deviceFamilySchema,
  /** As its driver calls it. */
  description: z.string(),
  /** A GPU with memory of its own, one that shares the machine's, or a processor. */
  kind: z.enum(['gpu', 'integrated', 'cpu']),
  /** A processor that stands in for a GPU, as Mesa's llvmpipe: right, but slow. */
  isSoftware: z.boolean(),
  memoryFreeBytes: z.number(),
  memoryTotalBytes: z.number(),
  /** Changes with the driver; empty when the driver cannot be told from another. */
  driver: z.string(),
  /** Name and version of the library. */
  library: z.string(),
});
export type TrainingDevice = z.infer<typeof trainingDeviceSchema>;

/**
 * Outcome of a gradient self-test of a device against the CPU, on a tiny model with the
 * architecture and element types of a base. Differences are relative: ‖device − CPU‖ / ‖CPU‖.
 */
export const selfTestSchema = z.object({
  device: z.string(),
  description: z.string(),
  driver: z.string(),
  library: z.string(),
  architecture: z.string(),
  /** Element types of the matrices, sorted, as in `Q4_K+Q6_K`. */
  weightTypes: z.string(),
  method: recipeSchema.shape.method,
  /** True when no difference is above the tolerance. */
  passed: z.boolean(),
  tolerance: z.number(),
  /** The largest of the loss, the gradient norm and the loss after an optimizer step. */
  lossDifference: z.number(),
  /** That of the trained tensor where it is largest. */
  gradientDifference: z.number(),
  worstTensor: z.string(),
  elapsedMs: z.number(),
});
export type SelfTest = z.infer<typeof selfTestSchema>;

/** What one family has on this machine; `problem` and `advice` are empty when it can be used. */
export const deviceListingSchema = z.object({
  family: deviceFamilySchema,
  devices: z.array(trainingDeviceSchema.extend({ selfTests: z.array(selfTestSchema) })),
  problem: z.string(),
  advice: z.string(),
});
export type DeviceListing = z.infer<typeof deviceListingSchema>;

/** Whether a device was tested as it is now: a new driver or library makes old tests void. */
export const isTestOf = (
  { id, description, driver, library }: TrainingDevice,
  test: SelfTest,
): boolean =>
  test.device === id &&
  test.description === description &&
  test.driver === driver &&
  test.library === library;

const percent = (share: number) => `${(share * 100).toPrecision(2)} %`;

/** A self-test as one sentence with its numbers. */
export function describeSelfTest(test: SelfTest): string {
  const { passed, weightTypes, gradientDifference, tolerance, lossDifference, worstTensor } = test;
  const numbers =
    `gradients differ by ${percent(gradientDifference)} (${worstTensor}), ` +
    `loss by ${percent(lossDifference)}, at most ${percent(tolerance)} is rounding`;
  const subject = `${test.architecture} in ${weightTypes}, ${test.method}`;
  return `${passed ? 'passed' : 'FAILED'} the gradient self-test (${subject}): ${numbers}`;
}
