import { z } from 'zod';
import { messageSchema } from './message.ts';

/** One prompt of a set; `expected` is an optional reference answer for rule checks. */
export const promptSchema = z.object({
  id: z.string(),
  ordinal: z.number().int(),
  messages: z.array(messageSchema),
  expected: z.string().nullable(),
});
export type Prompt = z.infer<typeof promptSchema>;

/** A frozen set of prompts; its content hash tells whether two reports used the same one. */
export const promptSetSchema = z.object({
  id: z.string(),
  name: z.string(),
  contentHash: z.string(),
  prompts: z.number().int(),
  createdMs: z.number().int(),
});
export type PromptSet = z.infer<typeof promptSetSchema>;
