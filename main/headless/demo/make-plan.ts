import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveRecipe } from '../recipe-argument.ts';
import { demoFiles } from './atlas-files.ts';
import type { PipelinePlan } from './run-pipeline.ts';

const shortForm = { samples: 100, prompts: 64 } as const;

/** The plan of the whole demo. */
export const wholePlan = async (): Promise<PipelinePlan> => ({
  modelPath: demoFiles.model,
  samplesPath: demoFiles.samples,
  promptsPath: demoFiles.heldOut,
  recipe: await resolveRecipe('atlas', []),
});

/** A plan that teaches a hundred samples and asks a part of the questions; `folder` gets a file. */
export async function shortPlan(folder: string): Promise<PipelinePlan> {
  const samplesPath = await firstSamples(folder, shortForm.samples);
  return { ...(await wholePlan()), samplesPath, prompts: shortForm.prompts };
}

/** Writes the first samples to a file of their own in `folder`; returns its path. */
export async function firstSamples(folder: string, count: number): Promise<string> {
  const lines = (await readFile(demoFiles.samples, 'utf8')).split('\n').slice(0, count);
  const path = join(folder, `first-${count}-samples.jsonl`);
  await writeFile(path, lines.map((line) => `${line}\n`).join(''));
  return path;
}
