import { z } from 'zod';

/** What a run takes, in bytes of memory of the trainer process. */
export const memoryPlanSchema = z.object({
  modelBytes: z.number().describe('frozen or trained weights in every form they are held in'),
  trainedBytes: z.number().describe('adapter, gradients and the state of the optimizer'),
  graphBytes: z.number().describe('activations and all else that lives during one pack'),
  processBytes: z.number().describe('libraries, JavaScript, buffers of reading and writing'),
  totalBytes: z.number(),
});
export type MemoryPlan = z.infer<typeof memoryPlanSchema>;
