import { z } from 'zod';
import { countSchema, idSchema, momentSchema, nameSchema } from './stored-value.ts';
import { identitySchema } from './identity.ts';
import { messageSchema } from './message.ts';

/** Where a sample stands in the review: a rejected one stays findable. */
export const sampleStatusSchema = z.enum(['pending', 'accepted', 'rejected']);
export type SampleStatus = z.infer<typeof sampleStatusSchema>;

/** What a reviewer does to a sample; `reset` puts it back to pending. */
export const reviewActionSchema = z.enum(['accept', 'reject', 'reset']);
export type ReviewAction = z.infer<typeof reviewActionSchema>;

/** Into the bin, where a sample is in no list and no dataset to come, or out of it again. */
export const binMoveSchema = z.enum(['bin', 'restore']);
export type BinMove = z.infer<typeof binMoveSchema>;

/** Words that a rule found in a text: how often in all, and the first that differ. */
const foundWordsSchema = z.object({ times: countSchema, words: z.array(z.string()).max(4) });
export type FoundWords = z.infer<typeof foundWordsSchema>;

/** What the rules found in the HTML of an answer, which itself is not kept. */
const answerHtmlSchema = z.object({
  characters: countSchema,
  firstPerson: foundWordsSchema,
  crossReference: foundWordsSchema,
});
export type AnswerHtml = z.infer<typeof answerHtmlSchema>;

/** Which model wrote an answer that became a sample. */
const answeredBySchema = identitySchema.pick({
  baseName: true,
  baseSha256: true,
  adapterName: true,
  adapterSha256: true,
  strength: true,
});
export type AnsweredBy = z.infer<typeof answeredBySchema>;

/** Where a sample comes from, kept for attribution (CC BY-SA asks for URL, author and licence). */
export const provenanceSchema = z.object({
  url: z.string().optional(),
  title: z.string().optional(),
  authors: z.array(z.string()).optional(),
  licence: z.string().optional(),
  site: z.string().optional(),
  score: z.number().optional(),
  questionScore: z.number().optional(),
  tags: z.array(z.string()).optional(),
  createdAt: z.string().optional(),
  /** Absent: a person wrote it, or nobody knows. */
  answeredBy: answeredBySchema.optional(),
  file: z.string().optional(),
  line: z.number().int().optional(),
  /** Which part of a community question became the prompt; LIMA mixes both kinds. */
  promptFrom: z.enum(['title', 'title-and-body']).optional(),
  /** Of a community answer, and the SHA-256 of the Markdown that was made of it. */
  answerHtml: answerHtmlSchema.extend({ markdownSha256: z.string() }).optional(),
});
export type Provenance = z.infer<typeof provenanceSchema>;

/** The curation rules whose findings are shown as flags (LIMA, section 2.1, arXiv 2305.11206). */
export const flagRuleSchema = z.enum([
  'answer-score-low',
  'answer-too-short',
  'answer-too-long',
  'first-person',
  'cross-reference',
  'title-not-self-contained',
  'truncated-conversation',
  'bare-url',
  'control-characters',
  'already-templated',
]);
export type FlagRule = z.infer<typeof flagRuleSchema>;

/**
 * One finding of one rule: a visible reason, never a silent delete.
 * `scope` says which text broke the rule: the raw HTML, the cleaned Markdown, or both.
 */
export const flagSchema = z.object({
  rule: flagRuleSchema,
  scope: z.enum(['raw', 'cleaned', 'both']),
  reason: z.string(),
});
export type Flag = z.infer<typeof flagSchema>;

/** A row of the sample list: what can be shown without loading the whole conversation. */
export const sampleRowSchema = z.object({
  seq: countSchema,
  id: idSchema,
  status: sampleStatusSchema,
  source: nameSchema,
  promptPreview: nameSchema,
  answerPreview: nameSchema,
  turns: countSchema,
  characters: countSchema,
  flags: z.array(flagRuleSchema),
});
export type SampleRow = z.infer<typeof sampleRowSchema>;

/** A sample with its current version; `versionId` is what a dataset freezes. */
export const sampleSchema = z.object({
  seq: countSchema,
  id: idSchema,
  versionId: idSchema,
  versionOrdinal: countSchema,
  status: sampleStatusSchema,
  /** In the bin: listed and counted nowhere else, with the status that it has once restored. */
  isInBin: z.boolean(),
  source: nameSchema,
  messages: z.array(messageSchema),
  provenance: provenanceSchema,
  flags: z.array(flagSchema),
  createdMs: momentSchema,
});
export type Sample = z.infer<typeof sampleSchema>;

/** Which samples a list shows; every field narrows, an empty filter is all that is not in the bin. */
export const sampleFilterSchema = z.object({
  status: sampleStatusSchema.optional(),
  source: z.string().optional(),
  flag: z.union([flagRuleSchema, z.literal('none')]).optional(),
  query: z.string().max(1000).optional(),
  /** Only what is in the bin; without it nothing of that is listed. */
  inBin: z.boolean().optional(),
});
export type SampleFilter = z.infer<typeof sampleFilterSchema>;
