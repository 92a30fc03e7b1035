import { readFile, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { checkedRecipeSchema, recipeSchema, type Recipe } from '../../shared/domain/recipe.ts';
import { resourcesDir } from './app-paths.ts';
import { UsageError } from './command-error.ts';
import { parseSettings } from './settings.ts';

const recipesDir = join(resourcesDir, 'recipes');

const recipeFileSchema = z.object({
  description: z.string(),
  recipe: recipeSchema.strict(),
});

/** Names of the recipes that come with the application. */
export async function recipeNames(): Promise<string[]> {
  const files = await readdir(recipesDir);
  return files.filter((file) => file.endsWith('.json')).map((file) => basename(file, '.json'));
}

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

async function readRecipe(name: string): Promise<Recipe> {
  const isFile = name.endsWith('.json');
  const names = isFile ? [] : await recipeNames();
  if (!isFile && !names.includes(name))
    throw new UsageError(
      `There is no recipe "${name}". Recipes: ${names.join(', ')}; or give a .json file.`,
    );
  const path = isFile ? resolve(name) : join(recipesDir, `${name}.json`);
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
