import { z } from 'zod';

/** What the header of a GGUF file says, read without loading any weight. */
export const modelInfoSchema = z.object({
  name: z.string(),
  architecture: z.string(),
  parameters: z.number().int(),
  quantization: z.string(),
  tensorTypes: z.record(z.string(), z.number().int()),
  contextLength: z.number().int(),
  embeddingLength: z.number().int(),
  layers: z.number().int(),
  vocabularySize: z.number().int(),
  hasChatTemplate: z.boolean(),
  fileSizeBytes: z.number().int(),
  /** `yes`, or the reason why the trainer cannot train it. */
  trainable: z.string(),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;

/** A base model known to the project: it stays where it is, its hash tells whether it changed. */
export const modelSchema = z.object({
  id: z.string(),
  path: z.string(),
  sha256: z.string(),
  info: modelInfoSchema,
  isMissing: z.boolean(),
  createdMs: z.number().int(),
});
export type Model = z.infer<typeof modelSchema>;
