import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { recipePresets } from '../../../shared/domain/recipe-presets.ts';
import {
  checkedRecipeSchema,
  recipeSchema,
  type Recipe,
  type RecipeInput,
} from '../../../shared/domain/recipe.ts';
import { UsageError } from '../cli/command-error.ts';
import { parseSettings } from './settings.ts';

const recipeFileSchema = z.object({
  description: z.string(),
  recipe: recipeSchema.strict(),
});

/** The recipe of `--recipe NAME|FILE.json` with every `--set key=value` on top. */
export async function resolveRecipe(
  name: string | undefined,
  pairs: readonly string[],
): Promise<Recipe> {
  const base = name === undefined ? {} : await readRecipe(name);
  const parsed = checkedRecipeSchema.safeParse({ ...base, ...parseSettings(recipeSchema, pairs) });
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues.map((issue) => issue.message).join('; '));
}

async function readRecipe(name: string): Promise<RecipeInput> {
  const preset = recipePresets.find((one) => one.name === name);
  if (preset) return preset.recipe;
  if (!name.endsWith('.json'))
    throw new UsageError(
      `There is no recipe "${name}". Recipes: ${recipePresets.map((one) => one.name).join(', ')}; ` +
        'or give a .json file.',
    );
  const path = resolve(name);
  const text = await readFile(path, 'utf8');
  const parsed = recipeFileSchema.safeParse(parseJson(text, path));
  if (parsed.success) return parsed.data.recipe;
  throw new UsageError(`The recipe file ${path} is not valid: ${z.prettifyError(parsed.error)}`);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The recipe file ${path} is not JSON: ${String(error)}`);
  }
}
