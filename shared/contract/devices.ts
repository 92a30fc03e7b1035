import { z } from 'zod';
import { deviceListingSchema, selfTestSchema } from '../domain/device.ts';
import { recipeSchema } from '../domain/recipe.ts';
import { procedure } from './base.ts';

/** Devices that runs can be computed on. */
export const devicesContract = {
  /** One listing per family that this platform can have, with the self-tests that still count. */
  list: procedure.output(z.array(deviceListingSchema)),
  /**
   * Compares a device with the CPU: seconds on a GPU. Without a model: a Llama model in F32. A
   * failed test is an answer; errors are devices that cannot be opened or lack an operation.
   */
  test: procedure
    .input(
      z.object({
        device: z.string(),
        modelId: z.string().optional(),
        method: recipeSchema.shape.method.optional(),
      }),
    )
    .output(selfTestSchema),
};
