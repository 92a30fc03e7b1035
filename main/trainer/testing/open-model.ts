import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Recipe,
  type RecipeInput,
  recipeSchema,
} from '../../../shared/domain/recipe/recipe.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { BaseModel } from '../weights/base-model.ts';
import { ModelFile } from '../weights/model-file.ts';
import type { Device } from '../device/device.ts';
import type { LoadOptions } from '../weights/weight-types.ts';

/** A folder of its own, removed when disposed of. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'lima-trainer-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Loads a model file as a run does. */
export async function openModel(
  device: Device,
  path: string,
  options: LoadOptions = {},
): Promise<BaseModel> {
  await using file = await ModelFile.open(path);
  return await BaseModel.load(device, file, new AbortController().signal, options);
}

/** A text as bytes, which are tokens of a tiny model; everything after `promptLength` is trained. */
export function byteSample(id: string, text: string, promptLength = 1): EncodedSample {
  const tokens = Int32Array.from(new TextEncoder().encode(text));
  return { id, tokens, trained: new Uint8Array(tokens.length).fill(1, promptLength) };
}

/** A recipe for tiny models; one thread, since threads that wait for each other slow them down. */
export const tinyRecipe = (fields: RecipeInput = {}): Recipe =>
  recipeSchema.parse({ rank: 8, alpha: 16, weightDecay: 0, batchSize: 1, threads: 1, ...fields });
