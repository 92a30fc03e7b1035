import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import type { CoreClient } from '../cli/open-core.ts';
import { existingFile, resolveCheckpoint } from './project-models.ts';

/**
 * The adapter of `--from-adapter`, a file, a folder or a checkpoint of the project: how a run is
 * started from it, and the fields of a recipe that it decides.
 */
export async function readStartAdapter(
  client: CoreClient,
  { text, modelId, otherBase }: { text: string; modelId: string; otherBase: boolean },
): Promise<{ input: { adapterPath?: string; otherBase: boolean }; shape: RecipeInput }> {
  const adapterPath = await fileOf(text);
  const input = { otherBase, ...(adapterPath !== undefined && { adapterPath }) };
  const fromAdapter = adapterPath === undefined ? await hashOf(client, text) : '';
  const facts = await client.runs.inspectAdapter({ modelId, fromAdapter, ...input });
  const { sha256, rank, alpha, targets, chatTemplate } = facts;
  return {
    input,
    shape: {
      ...(chatTemplate !== '' && { chatTemplate }),
      fromAdapter: sha256,
      rank,
      alpha,
      targets,
      loraScaling: 'standard',
    },
  };
}

/** An adapter of the project by its own hash, as a recipe names it, or by its run. */
const hashOf = async (client: CoreClient, text: string): Promise<string> =>
  /^[0-9a-f]{64}$/.test(text) ? text : resolveCheckpoint(await client.runs.list(), text).sha256;

/** Undefined for what no file is called and could be the name of a run. */
async function fileOf(text: string): Promise<string | undefined> {
  const path = resolve(text);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return path;
  return /[\\/]|\.(gguf|safetensors|json)$/.test(text) ? await existingFile(text) : undefined;
}
