import { z } from 'zod';
import { countSchema, hashSchema, idSchema, momentSchema, nameSchema } from './stored-value.ts';

/**
 * A frozen dataset: an ordered list of exact sample versions.
 * `contentHash` is SHA-256 over the versions' content hashes in order, so equal content has
 * an equal hash in any project.
 */
export const datasetSchema = z.object({
  id: idSchema,
  name: nameSchema,
  contentHash: hashSchema,
  samples: countSchema,
  bySource: z.array(z.object({ source: nameSchema, samples: countSchema })),
  author: nameSchema,
  createdMs: momentSchema,
});
export type Dataset = z.infer<typeof datasetSchema>;

/** File forms a dataset can be written in. */
export const exportFormatSchema = z.enum(['messages', 'alpaca', 'sharegpt', 'lima']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;
