import { z } from 'zod';
import { ruleThresholds } from '../rule-thresholds.ts';
import { about } from '../recipe/setting-fields.ts';
import { siteGroupSchema } from './site-groups.ts';

const lima = ruleThresholds.minAnswerScore.source;
const verdict = z.enum(['drop', 'keep']).default('drop');

/** The rules and draws of LIMA's section 2.1, with its values where the paper gives them. */
export const selectionSettingsSchema = z.object({
  temperature: z
    .number()
    .min(1)
    .max(100)
    .default(3)
    .meta(about('sites are drawn with p ∝ n^(1/temperature) of their n candidates', lima)),
  stemShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .meta(about('share of the picks from STEM sites, while both groups have enough', lima)),
  titleNeedsBody: verdict.meta(about('questions that their title alone does not ask', lima)),
  minAnswerScore: z
    .number()
    .int()
    .default(ruleThresholds.minAnswerScore.value)
    .meta(about('least score of the best answer', lima)),
  minAnswerCharacters: z
    .number()
    .int()
    .min(0)
    .default(ruleThresholds.minAnswerCharacters.value)
    .meta(about('least length of the answer', lima, 'characters')),
  maxAnswerCharacters: z
    .number()
    .int()
    .min(1)
    .default(ruleThresholds.maxAnswerCharacters.value)
    .meta(about('greatest length of the answer', lima, 'characters')),
  lengthOf: z
    .enum(['html', 'text', 'both'])
    .default('html')
    .meta(about('what lengths are measured on', 'the lengths of the released samples')),
  firstPerson: verdict.meta(about('answers with I or my outside of code', lima)),
  crossReference: verdict.meta(about('answers that refer to other answers', lima)),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(0)
    .meta(about('of the draws', 'ours')),
});

/** How candidates are chosen: settings, and sites that belong to another group than the list says. */
export const selectionRecipeSchema = selectionSettingsSchema.extend({
  siteGroups: z.record(z.string(), siteGroupSchema).default({}),
});
export type SelectionRecipe = z.infer<typeof selectionRecipeSchema>;

/** Why a candidate is not picked: the first of these that holds, in this order. */
export const dropReasonSchema = z.enum([
  'site-dropped',
  'title-not-self-contained',
  'answer-score-low',
  'answer-too-short',
  'answer-too-long',
  'first-person',
  'cross-reference',
  /** Every rule keeps it, and others were drawn. */
  'not-drawn',
]);
export type DropReason = z.infer<typeof dropReasonSchema>;
