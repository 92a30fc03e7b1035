import { z } from 'zod';
import { countSchema } from '../stored-value.ts';
import { pipelineStepSchema } from './pipeline.ts';

/** What a project held when it was last open here, and what was next in it; null once all is done. */
export const recentStateSchema = z.object({
  datasets: countSchema,
  runs: countSchema,
  evaluations: countSchema,
  next: pipelineStepSchema.nullable(),
});
export type RecentState = z.infer<typeof recentStateSchema>;
