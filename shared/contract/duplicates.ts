import { z } from 'zod';

/** What is compared of a sample: all turns, what its users say, or what is answered. */
export const duplicatesPartSchema = z.enum(['all', 'prompt', 'answer']);

/**
 * `exact`: the same words in the same order, case and punctuation aside. `near`: of all runs of three
 * words that either of two texts has, both have the share `threshold` (Jaccard).
 */
export const duplicatesKindSchema = z.enum(['near', 'exact']);

/** Which samples are taken for the same. */
export const duplicatesRequestSchema = z.object({
  kind: duplicatesKindSchema.default('near'),
  threshold: z.number().min(0.2).max(1).default(0.4),
  part: duplicatesPartSchema.default('all'),
});
export type DuplicatesRequest = z.infer<typeof duplicatesRequestSchema>;

const duplicateGroupSchema = z.object({
  sampleIds: z.array(z.string()).min(2),
  /** The least by which a member joined, 0 to 1. */
  similarity: z.number(),
});
/** Samples that say the same, in the order of the list. */
export type DuplicateGroup = z.infer<typeof duplicateGroupSchema>;

/** How far a search for duplicates is, and what it found. */
export const duplicatesEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('compared'), done: z.number().int(), total: z.number().int() }),
  /** The largest groups first; `compared` samples are pending or accepted, and not in the bin. */
  z.object({
    type: z.literal('found'),
    groups: z.array(duplicateGroupSchema),
    compared: z.number().int(),
  }),
]);
export type DuplicatesEvent = z.infer<typeof duplicatesEventSchema>;
