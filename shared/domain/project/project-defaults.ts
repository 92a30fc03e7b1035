import { z } from 'zod';
import { samplingSchema } from '../identity.ts';
import { checkedRecipeSchema, recipeSchema } from '../recipe/recipe.ts';
import { idSchema } from '../stored-value.ts';

/** Where a default comes from: the project keeps it, or its newest run or evaluation had it. */
const originSchema = z.enum(['project', 'newest']);

const withOrigin = <Value extends z.ZodType>(value: Value) =>
  z.object({ value, origin: originSchema }).nullable();

/** What the forms of a project open with; null where only the general defaults are left. */
export const projectDefaultsSchema = z.object({
  recipe: withOrigin(recipeSchema),
  /** A set that is in the project. */
  promptSetId: withOrigin(idSchema),
  sampling: withOrigin(samplingSchema),
});
export type ProjectDefaults = z.infer<typeof projectDefaultsSchema>;

/** What a project is to keep from now on: null forgets it, what is left out stays. */
export const projectDefaultsChangeSchema = z.object({
  recipe: checkedRecipeSchema.nullable().optional(),
  promptSetId: z.string().nullable().optional(),
  sampling: samplingSchema.nullable().optional(),
});
export type ProjectDefaultsChange = z.infer<typeof projectDefaultsChangeSchema>;
