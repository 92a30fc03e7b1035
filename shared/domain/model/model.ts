import { z } from 'zod';
import { countSchema, hashSchema, idSchema, momentSchema, nameSchema } from '../stored-value.ts';

/** What the header of a GGUF file says, read without loading any weight. */
export const modelInfoSchema = z.object({
  name: nameSchema,
  architecture: nameSchema,
  parameters: countSchema,
  quantization: nameSchema,
  tensorTypes: z.record(z.string(), z.number().int()),
  contextLength: countSchema,
  embeddingLength: countSchema,
  layers: countSchema,
  vocabularySize: countSchema,
  hasChatTemplate: z.boolean(),
  fileSizeBytes: countSchema,
  /** `yes`, or the reason why the trainer cannot train it. */
  trainable: nameSchema,
  /** What is odd about the file though it can be used, as sentences; none where an older version looked. */
  warnings: z.array(z.string().max(2000)).optional(),
  /** Why its chat template trains nothing; another one may be chosen for a run. */
  templateProblem: z.string().max(2000).optional(),
  /** What a person should know before training with its chat template, as sentences. */
  templateRemarks: z.array(z.string()).optional(),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;

/** A base model known to the project: it stays where it is, its hash tells whether it changed. */
export const modelSchema = z.object({
  id: idSchema,
  /** As a person named it, else the name of its file. */
  name: nameSchema,
  path: z.string(),
  sha256: hashSchema,
  info: modelInfoSchema,
  /** True where nothing may be read: the file is gone, or nobody here confirmed that it is this one. */
  isMissing: z.boolean(),
  /** True where only the project file says so: nobody looked whether there is anything. */
  isFromElsewhere: z.boolean(),
  createdMs: momentSchema,
});
export type Model = z.infer<typeof modelSchema>;
