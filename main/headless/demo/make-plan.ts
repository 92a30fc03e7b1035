import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../side-files/side-file.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { resolveRecipe } from '../arguments/settings.ts';
import type { PipelinePlan } from './run-pipeline.ts';
import { resourcesDir } from '../../core/base/application.ts';

const atlasFile = (name: string) => join(resourcesDir, 'atlas', name);

/** What the demo works with: the files of the sample project, and a dump to choose from. */
export const demoFiles = {
  model: atlasFile('atlas.gguf'),
  samples: atlasFile('samples.jsonl'),
  heldOut: atlasFile('held-out.jsonl'),
  validation: atlasFile('validation.jsonl'),
  dump: join(resourcesDir, 'demo', 'tea.stackexchange.Posts.xml'),
} as const;

/** Samples of the whole project. */
export const allSamples = 300;

const shortForm = { samples: 100, prompts: 64 } as const;

/** The sample project's recipe; a third of the samples is repeated twice as often. */
export async function recipeFor(samples: number, settings: readonly string[]): Promise<Recipe> {
  const recipe = await resolveRecipe('atlas', settings);
  return samples * 2 < allSamples ? { ...recipe, epochs: recipe.epochs * 2 } : recipe;
}

/** The plan of the whole demo. */
export const wholePlan = async (): Promise<PipelinePlan> => ({
  modelPath: demoFiles.model,
  samplesPath: demoFiles.samples,
  promptsPath: demoFiles.heldOut,
  recipe: await recipeFor(allSamples, []),
});

/** A plan that teaches a hundred samples and asks a part of the questions; `folder` gets a file. */
export async function shortPlan(folder: string): Promise<PipelinePlan> {
  const { samples, prompts } = shortForm;
  const samplesPath = await firstSamples(folder, samples);
  return { ...(await wholePlan()), samplesPath, prompts, recipe: await recipeFor(samples, []) };
}

/** Writes the first samples to a file of their own in `folder`; returns its path. */
export async function firstSamples(folder: string, count: number): Promise<string> {
  const lines = (await readFile(demoFiles.samples, 'utf8')).split('\n').slice(0, count);
  const path = join(folder, `first-${count}-samples.jsonl`);
  replaceFile(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}
