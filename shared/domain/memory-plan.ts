import { z } from 'zod';

/**
 * What a run takes, in bytes of the memory of its device. On the CPU that is what the trainer
 * process holds at its peak; on a GPU it is the buffers there.
 */
export const memoryPlanSchema = z.object({
  modelBytes: z.number().describe('frozen or trained weights in every form they are held in'),
  trainedBytes: z.number().describe('adapter, gradients and the state of the optimizer'),
  graphBytes: z.number().describe('activations and all else that lives during one pack'),
  processBytes: z.number().describe('libraries, JavaScript, buffers of reading and writing'),
  savingBytes: z.number().describe('what is held for a moment while a checkpoint is written'),
  correctionBytes: z.number().describe('what earlier runs took beyond their plans, or less'),
  /** Earlier runs of this model on this device that the correction was measured in. */
  measuredRuns: z.number().int(),
  totalBytes: z.number(),
});
export type MemoryPlan = z.infer<typeof memoryPlanSchema>;

/** What one run took beyond its plan, measured: it corrects the plans of later runs like it. */
export const memoryMeasurementSchema = z.object({
  /** Id, description and driver of the device. */
  device: z.string(),
  library: z.string(),
  method: z.string(),
  /** Negative when it took less. */
  errorBytes: z.number(),
});
export type MemoryMeasurement = z.infer<typeof memoryMeasurementSchema>;

/** The memory of a run, planned and measured, in bytes as in a plan. */
export const runMemorySchema = z.object({
  /** Id of the device. */
  device: z.string(),
  plannedBytes: z.number(),
  /** The plan, corrected by the first step: what the run was expected to take from then on. */
  expectedBytes: z.number(),
  /** The most that was held so far. */
  peakBytes: z.number(),
});
export type RunMemory = z.infer<typeof runMemorySchema>;
