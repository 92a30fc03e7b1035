import { z } from 'zod';
import {
  checkedRecipeSchema,
  recipeSchema,
  type Recipe,
} from '../../../shared/domain/recipe/recipe.ts';
import { settingText } from '../../../shared/domain/recipe/setting-fields.ts';
import { readText, recipeFields, type RecipeField, type RecipeKey } from './recipe-fields.ts';

/** The recipe as it is typed: text per field, so that a wrong value can be shown as it stands. */
export type RecipeDraft = Readonly<Record<RecipeKey, string>>;

/** What a draft amounts to: a recipe, or what is wrong with which field. */
export interface CheckedDraft {
  recipe: Recipe | null;
  errors: Readonly<Partial<Record<RecipeKey, string>>>;
}

const draftSchema = z.record(
  recipeSchema.keyof(),
  z.union([z.string(), z.number().transform(settingText)]),
);

/** A draft that says what a recipe says; without one, the defaults. */
export function draftOf(recipe: Recipe = checkedRecipeSchema.parse({})): RecipeDraft {
  return draftSchema.parse(recipe);
}

/** Parses a draft with the schema the core uses; every issue goes to its own field. */
export function checkDraft(draft: RecipeDraft): CheckedDraft {
  const errors: Partial<Record<RecipeKey, string>> = {};
  const values = Object.fromEntries(
    recipeFields.map((field) => {
      const text = readText(field, draft[field.key]);
      if (field.isNumber && !isNumber(text)) errors[field.key] = notANumber(text);
      return [field.key, field.isNumber ? Number(text) : text];
    }),
  );
  const parsed = checkedRecipeSchema.safeParse(values);
  for (const issue of parsed.error?.issues ?? []) {
    const field = recipeFields.find(({ key }) => key === issue.path[0]);
    if (field) errors[field.key] ??= sentenceOf(issue.message);
  }
  const isGood = parsed.success && Object.keys(errors).length === 0;
  return { recipe: isGood ? parsed.data : null, errors };
}

/** The fields that say something else than another draft, or than the defaults; equal numbers count as equal. */
export function changedFields(draft: RecipeDraft, from: RecipeDraft = draftOf()): RecipeField[] {
  return recipeFields.filter((field) => {
    const text = readText(field, draft[field.key]);
    const other = readText(field, from[field.key]);
    if (!field.isNumber) return text !== other;
    return !isNumber(text) || Number(text) !== Number(other);
  });
}

const isNumber = (text: string) => text !== '' && Number.isFinite(Number(text));

const notANumber = (text: string) =>
  text === '' ? 'Type a number.' : `“${text}” is not a number.`;

/** zod speaks of "Too small: expected number to be >=1"; the form of "Must be at least 1". */
function sentenceOf(message: string): string {
  if (message.includes('expected int')) return 'Must be a whole number.';
  const [, relation = '', bound] = /expected number to be (>=|<=|>|<)(\S+)/.exec(message) ?? [];
  const words = relationWords[relation];
  return words === undefined ? inLabels(message) : `Must be ${words} ${bound}.`;
}

/** Field names of the schema as the form calls them: `minLearningRate` as "Final rate". */
function inLabels(message: string): string {
  return message.replaceAll(
    /[a-z]+[A-Z]\w*/g,
    (name) => recipeFields.find(({ key }) => key === name)?.label ?? name,
  );
}

const relationWords: Readonly<Record<string, string>> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'above',
  '<': 'below',
};
