import { resolve } from 'node:path';
import { z } from 'zod';
import { readInputFile } from '../../input-files/input-file.ts';
import { settingFields, type SettingField } from '../../../shared/domain/recipe/setting-fields.ts';
import { didYouMean } from '../../../shared/text/near-name.ts';
import { UsageError } from '../cli/command-error.ts';
import { recipePresets } from '../../../shared/domain/recipe/recipe-presets.ts';
import {
  checkedRecipeSchema,
  recipeSchema,
  type Recipe,
  type RecipeInput,
} from '../../../shared/domain/recipe/recipe.ts';

type FlatSchema = z.ZodObject<Record<string, z.ZodType>>;

/** What is known of a field, in words: meaning, unit, the method that reads it, source. */
function describeField({ description, unit, onlyFor, source }: SettingField): string {
  const measured = unit === '' ? '' : ` [${unit}]`;
  const read = onlyFor === undefined ? '' : `; only for method ${onlyFor}`;
  return `${description}${measured}${read}${source === '' ? '' : `; ${source}`}`;
}

/** One help line per field: name, default and meaning. */
export function describeSettings(schema: FlatSchema): string[] {
  return settingFields(schema).map((field) => {
    const { name, fallback, choices } = field;
    const values = choices.length > 1 ? ` (${choices.join(' | ')})` : '';
    return `  ${`${name}=${fallback}`.padEnd(26)} ${describeField(field)}${values}`.trimEnd();
  });
}

/**
 * Typed values out of `key=value` words, checked by the schema's own rules. Throws `UsageError`
 * that names the key, the value and what would be right.
 */
export function parseSettings(schema: FlatSchema, pairs: readonly string[]) {
  const fields = settingFields(schema);
  const settings: Record<string, string | number> = {};
  for (const pair of pairs) {
    const [, name = '', text = ''] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (name === '') throw new UsageError(`--set "${pair}" is not key=value.`);
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) throw unknownSetting(name, fields);
    const value = field.isNumber ? Number(text) : text;
    const problem = problemOf(schema, field, text === '' ? undefined : value);
    if (problem) throw new UsageError(`--set ${name}=${text}: ${problem}`);
    settings[name] = value;
  }
  return settings;
}

function problemOf(
  schema: FlatSchema,
  { name, range }: SettingField,
  value: unknown,
): string | undefined {
  if (value === undefined) return 'the value is missing.';
  const parsed = z.safeParse(schema.shape[name] ?? z.never(), value);
  if (parsed.success) return undefined;
  const issues = parsed.error.issues.map((issue) => issue.message).join('; ');
  return range === '' ? issues : `${issues}. It may be ${range}.`;
}

function unknownSetting(name: string, fields: readonly SettingField[]): UsageError {
  const names = fields.map((field) => field.name);
  return new UsageError(`--set ${name} is unknown.${nearOrKnown(name, names)}`);
}

const nearOrKnown = (name: string, names: readonly string[]) =>
  didYouMean(name, names) || ` Known keys: ${names.join(', ')}.`;

const maxRecipeBytes = 1024 * 1024;

const recipeFileSchema = z.object({
  description: z.string(),
  recipe: recipeSchema.strict(),
});

/**
 * The recipe of `--recipe NAME|FILE.json` with every `--set key=value` and what other options said
 * (`own`) on top. Without a name it begins with `kept`, the recipe that the project keeps, or with
 * the defaults; `shape` stands for what nobody named.
 */
export async function resolveRecipe(
  name: string | undefined,
  pairs: readonly string[],
  {
    own = {},
    kept = {},
    shape = {},
  }: {
    own?: RecipeInput;
    kept?: RecipeInput | undefined;
    shape?: RecipeInput | undefined;
  } = {},
): Promise<Recipe> {
  const base =
    name === undefined ? { ...kept, ...shape } : { ...shape, ...(await readRecipe(name)) };
  const set = parseSettings(recipeSchema, pairs);
  const parsed = checkedRecipeSchema.safeParse({ ...base, ...set, ...own });
  if (parsed.success) return parsed.data;
  throw new UsageError(parsed.error.issues.map((issue) => issue.message).join('; '));
}

/** The name of the recipe that sets nothing, for a project that keeps another. */
const everyDefault = 'defaults';

async function readRecipe(name: string): Promise<RecipeInput> {
  const preset = recipePresets.find((one) => one.name === name);
  if (preset) return preset.recipe;
  if (name === everyDefault) return {};
  if (!name.endsWith('.json')) {
    const names = [...recipePresets.map((one) => one.name), everyDefault];
    throw new UsageError(
      `There is no recipe "${name}".${didYouMean(name, names)} Recipes: ${names.join(', ')}; ` +
        'or give a .json file.',
    );
  }
  const path = resolve(name);
  const text = (await readInputFile(path, maxRecipeBytes)).toString('utf8');
  const content = parseJson(text, path);
  const parsed = recipeFileSchema.safeParse(content);
  if (parsed.success) return onlyNamed(parsed.data.recipe, content);
  throw new UsageError(`The recipe file ${path} is not valid: ${fileProblems(parsed.error, text)}`);
}

/** The fields that a file names, without the defaults of those that it does not. */
function onlyNamed(recipe: Recipe, content: unknown): RecipeInput {
  const named = z.object({ recipe: z.record(z.string(), z.unknown()) }).parse(content).recipe;
  return Object.fromEntries(Object.entries(recipe).filter(([key]) => Object.hasOwn(named, key)));
}

const shapeProblem =
  'it has to be {"description": "…", "recipe": {…}}, the fields of the recipe inside';

/** What is wrong with a recipe file, with the value and what it may be where a field has another. */
function fileProblems(error: z.ZodError, text: string): string {
  const file = z.looseObject({ recipe: z.looseObject({}) }).safeParse(JSON.parse(text));
  const recipe = file.data?.recipe ?? {};
  const names = settingFields(recipeSchema).map(({ name }) => name);
  return error.issues
    .map((issue) => {
      if (issue.code === 'unrecognized_keys')
        return issue.keys
          .map((key) => `${JSON.stringify(key)} is no field of a recipe.${nearOrKnown(key, names)}`)
          .join(' ');
      if (issue.path.length < 2) return shapeProblem;
      const field = settingFields(recipeSchema).find(({ name }) => name === issue.path[1]);
      const value = field && recipe[field.name];
      if (!field || value === undefined) return z.prettifyError(new z.ZodError([issue]));
      return `${field.name} is ${JSON.stringify(value)}: ${problemOf(recipeSchema, field, value)}`;
    })
    .join('; ');
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The recipe file ${path} is not JSON: ${String(error)}`);
  }
}
