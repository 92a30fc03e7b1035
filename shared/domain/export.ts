import { z } from 'zod';

/** What a checkpoint can be exported as. */
export const exportKindSchema = z.enum(['gguf', 'peft', 'merged', 'ollama']);
export type ExportKind = z.infer<typeof exportKindSchema>;

/**
 * Type of the matrices of a merged model; vectors, as norms are, stay F32. `Q4_K_M` and `Q5_K_M`
 * are mixtures of types, as `llama-quantize` makes them.
 */
export const exportTypeSchema = z.enum(['F16', 'BF16', 'Q8_0', 'Q6_K', 'Q5_K_M', 'Q4_K_M']);
export type ExportType = z.infer<typeof exportTypeSchema>;

/**
 * How a checkpoint leaves the workbench. `type` is needed for `merged`; with `ollama` it merges,
 * and without it the adapter lies beside the Modelfile. `path` is a file, or for `peft` and
 * `ollama` a folder; it must not exist.
 */
export const exportRequestSchema = z.object({
  checkpointId: z.string(),
  kind: exportKindSchema,
  type: exportTypeSchema.nullable().default(null),
  /** Factor of what was trained: 0 is the base, 1 the trained model. */
  strength: z.number().min(-10).max(10).default(1),
  path: z.string().min(1),
});
export type ExportRequest = z.infer<typeof exportRequestSchema>;
