import { z } from 'zod';

/**
 * A frozen dataset: an ordered list of exact sample versions.
 * `contentHash` is SHA-256 over the versions' content hashes in order, so equal content has
 * an equal hash in any project.
 */
export const datasetSchema = z.object({
  id: z.string(),
  name: z.string(),
  contentHash: z.string(),
  samples: z.number().int(),
  bySource: z.array(z.object({ source: z.string(), samples: z.number().int() })),
  author: z.string(),
  createdMs: z.number().int(),
});
export type Dataset = z.infer<typeof datasetSchema>;

/** File forms a dataset can be written in. */
export const exportFormatSchema = z.enum(['messages', 'alpaca', 'sharegpt', 'lima']);
export type ExportFormat = z.infer<typeof exportFormatSchema>;
