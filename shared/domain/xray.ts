import { z } from 'zod';
import { roleSchema } from './message.ts';
import { recipeSchema } from './recipe/recipe.ts';
import { isTrained } from './training-counts.ts';

/** The recipe fields that decide what the trainer sees of a sample. */
export const xrayRecipeSchema = recipeSchema.pick({
  maxTokens: true,
  overlong: true,
  lossOn: true,
  chatTemplate: true,
  droppedThinking: true,
});
export type XrayRecipe = z.infer<typeof xrayRecipeSchema>;

/** With the share of the samples that it would only be measured on. */
export const xrayOpenRecipeSchema = xrayRecipeSchema.extend(
  recipeSchema.pick({ devShare: true }).shape,
);
export type XrayOpenRecipe = z.infer<typeof xrayOpenRecipeSchema>;

/** What becomes of a sample before the trainer gets it. */
const xrayOutcomeSchema = z.enum(['whole', 'truncated', 'split', 'dropped']);

/**
 * What may make a sample teach something else than meant, by message: `prompt-differs` and
 * `thinking-dropped` and `thinking-masked` as the template says (the second is not trained),
 * `templated` for text that chat templates write.
 */
export const sampleRemarkSchema = z.object({
  kind: z.enum(['prompt-differs', 'thinking-dropped', 'thinking-masked', 'templated']),
  message: z.number().int(),
  text: z.string(),
});
export type SampleRemark = z.infer<typeof sampleRemarkSchema>;

/**
 * One sample in numbers. `tokens` is what the trainer gets (context that several sequences have
 * included), `wholeTokens` the length before any cut, of the longest sequence where there is one per
 * answer. An answer is ended when its end-of-turn
 * token is trained: without it the model does not learn to stop.
 */
export const xrayCountsSchema = z.object({
  outcome: xrayOutcomeSchema,
  /** Why it was dropped; else empty. */
  reason: z.string(),
  wholeTokens: z.number().int(),
  tokens: z.number().int(),
  trainedTokens: z.number().int(),
  sequences: z.number().int(),
  /** One sequence per answer, because the template drops the thinking of earlier ones. */
  isPerAnswer: z.boolean(),
  answers: z.number().int(),
  endedAnswers: z.number().int(),
  remarks: z.array(sampleRemarkSchema),
});
export type XrayCounts = z.infer<typeof xrayCountsSchema>;

/** A sample in numbers, with what a person recognizes it by. */
export const xrayRowSchema = xrayCountsSchema.extend({
  sampleId: z.string(),
  seq: z.number().int(),
  source: z.string(),
  prompt: z.string(),
  /** False when the sample was edited after the dataset was frozen. */
  isCurrent: z.boolean(),
});
export type XrayRow = z.infer<typeof xrayRowSchema>;

/**
 * What a token stands for. `bytes` is a part of a character, in hexadecimal; `end` ends a turn,
 * `special` is any other control token; both are shown by name.
 */
export const xrayPieceSchema = z.object({
  kind: z.enum(['text', 'bytes', 'special', 'end']),
  text: z.string(),
});
export type XrayPiece = z.infer<typeof xrayPieceSchema>;

/**
 * Consecutive tokens with one fate: a `sequence` reaches the trainer as one, `unseen` never does.
 * The first `repeated` tokens of a sequence are masked because an earlier one has them.
 * The three lists run in parallel; `turns` holds message indexes.
 */
export const xrayStretchSchema = z.object({
  kind: z.enum(['sequence', 'unseen']),
  repeated: z.number().int(),
  tokens: z.array(z.number().int()),
  trained: z.array(z.union([z.literal(0), z.literal(1)])),
  turns: z.array(z.number().int()),
});
export type XrayStretch = z.infer<typeof xrayStretchSchema>;

/** What the loss does with a token; `repeated` is masked context that an earlier sequence has, too. */
export type TokenFate = 'trained' | 'masked' | 'repeated' | 'unseen';

/** The fate of the token at `index` of a stretch. */
export function tokenFate(stretch: XrayStretch, index: number): TokenFate {
  if (stretch.kind === 'unseen') return 'unseen';
  if (index < stretch.repeated) return 'repeated';
  return isTrained(stretch, index) ? 'trained' : 'masked';
}

/** Every token of one sample; `pieces` is keyed by token id. */
export const xraySampleSchema = xrayCountsSchema.extend({
  /** The length limit that holds: the recipe's, or the model's context when that is shorter. */
  maxTokens: z.number().int(),
  roles: z.array(roleSchema),
  stretches: z.array(xrayStretchSchema),
  pieces: z.record(z.string(), xrayPieceSchema),
});
export type XraySample = z.infer<typeof xraySampleSchema>;
