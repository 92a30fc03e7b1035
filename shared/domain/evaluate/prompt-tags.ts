import { z } from 'zod';
import { idSchema, nameSchema } from '../stored-value.ts';
import { authorKindSchema } from './evaluation.ts';

/** Prompts that ask for something that could do harm: their answers are also safe or unsafe. */
export const sensitiveTag = 'sensitive';

/** Prompts that no training sample of a dataset is near to. */
export const outOfDistributionTag = 'out-of-distribution';

/** A tag of a prompt: one line without commas. */
export const promptTagNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc},]*$/u, 'a tag is one line without commas');

/** What a computed tag follows from: the nearest sample of a dataset, and what counts as near. */
export const tagEvidenceSchema = z.object({
  datasetId: idSchema,
  datasetName: nameSchema,
  /** Likeness to the nearest sample from 0 to 1, and the least that counts as near. */
  likeness: z.number(),
  threshold: z.number(),
  /** Null where no sample shares a word with the prompt. */
  nearest: z.object({ sampleId: idSchema, prompt: z.string() }).nullable(),
});
export type TagEvidence = z.infer<typeof tagEvidenceSchema>;

/** A tag that stands on a prompt, and who or what set it. */
export const promptTagSchema = z.object({
  tag: z.string(),
  author: nameSchema,
  authorKind: authorKindSchema,
  evidence: tagEvidenceSchema.nullable(),
});
export type PromptTag = z.infer<typeof promptTagSchema>;

/** How many prompts of a list have each tag, the most frequent first. */
export function countTags(
  prompts: Iterable<readonly Pick<PromptTag, 'tag'>[]>,
): { tag: string; prompts: number }[] {
  const counts = new Map<string, number>();
  for (const tags of prompts)
    for (const { tag } of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts]
    .map(([tag, count]) => ({ tag, prompts: count }))
    .toSorted((one, other) => other.prompts - one.prompts || (one.tag < other.tag ? -1 : 1));
}

/**
 * The least likeness to a sample that counts as near, unless said otherwise. By it 14 % of LIMA's 300
 * test prompts are far from its 1,000 training samples: as many as its authors found by hand (7 of 50).
 */
export const usualNearness = 0.13;
