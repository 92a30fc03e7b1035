import { access, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Contestant, SystemSpec } from '../../../shared/domain/identity.ts';
import type { Model } from '../../../shared/domain/model/model.ts';
import { modelPart, modelPartPaths, modelPath } from '../../../shared/domain/model/model-parts.ts';
import { defaultCheckpoint, type Checkpoint, type Run } from '../../../shared/domain/run.ts';
import { CommandError } from '../cli/command-error.ts';
import { allowEndpoint, endpointIn } from './endpoint-word.ts';
import { findNamed } from './find-named.ts';
import type { CoreClient } from '../cli/open-core.ts';
import { waitForJob, type WaitOptions } from '../cli/wait-for-job.ts';

/** The file's real path; throws FILE_NOT_FOUND with the path as it was typed. */
export async function existingFile(path: string): Promise<string> {
  try {
    return await realpath(resolve(path));
  } catch (error) {
    throw new CommandError('FILE_NOT_FOUND', `There is no file ${resolve(path)}.`, {
      path,
      cause: String(error),
    });
  }
}

/**
 * The real path of a model, of a split one that of its first part. Only the folder of parts is
 * resolved: behind a link a part may have another name, and then leads to no others.
 */
export async function existingModel(path: string): Promise<string> {
  if (!modelPart(resolve(path))) return await existingFile(path);
  for (const part of modelPartPaths(resolve(path))) await existingFile(part);
  const first = modelPath(resolve(path));
  return join(await realpath(dirname(first)), basename(first));
}

/** The model of the project that lies in this file, if there is one. */
export async function modelInFile(
  models: readonly Model[],
  file: string,
): Promise<Model | undefined> {
  const path = await existingModel(file);
  for (const model of models)
    if (!model.isMissing && (await existingModel(model.path)) === path) return model;
  return undefined;
}

/** Id of the base model in this file; a file the project does not know is hashed and added. */
export async function ensureModel(
  client: CoreClient,
  file: string,
  wait: WaitOptions,
): Promise<string> {
  const known = await modelInFile(await client.models.list(), file);
  if (known) {
    noteWarnings(known, wait);
    return known.id;
  }
  const path = await existingModel(file);
  const { jobId } = await client.models.add({ path });
  const { modelId } = await waitForJob(client, { jobId, kind: 'add-model' }, wait);
  const added = (await client.models.list()).find(({ id }) => id === modelId);
  if (added) noteWarnings(added, wait);
  return modelId;
}

function noteWarnings({ path, info }: Model, { terminal }: WaitOptions): void {
  for (const warning of info.warnings ?? []) terminal.note(`${path}: ${warning}`);
}

/** The model that is called so, by a person, its file, or its header; or has this id. */
export function findModelNamed(models: readonly Model[], reference: string): Model {
  const isCalledSo = models.some(({ id, name }) => id === reference || name === reference);
  if (isCalledSo) return findNamed(models, reference, 'model');
  const byHeader = models.filter(({ info }) => info.name === reference);
  const [only] = byHeader;
  return only && byHeader.length === 1 ? only : findNamed(models, reference, 'model');
}

/**
 * The checkpoint of `RUN` (the picked one, else its last) or `RUN@epoch`, by the run's name or id. A run whose own
 * name ends in `@3` is found first.
 */
export function resolveCheckpoint(
  runs: readonly Run[],
  reference: string,
  unnamed: Unnamed = defaultCheckpoint,
): Checkpoint {
  const isWholeName = runs.some((run) => run.name === reference || run.id === reference);
  const [, runName = reference, epochText] = isWholeName
    ? []
    : (/^(.*)@(\d+(?:\.\d+)?)$/.exec(reference) ?? []);
  const run = findNamed(runs, runName, 'run');
  return checkpointOfEpoch(run, epochText === undefined ? undefined : Number(epochText), unnamed);
}

/** Which of the checkpoints that are there, in the order of their steps, is meant where none is named. */
type Unnamed = (kept: readonly Checkpoint[]) => Checkpoint | undefined;

/** The run's checkpoint of this epoch, without one the picked or the last; the error tells which there are. */
export function checkpointOfEpoch(
  run: Run,
  epoch: number | undefined,
  unnamed: Unnamed = defaultCheckpoint,
): Checkpoint {
  const bySteps = run.checkpoints.toSorted((a, b) => a.step - b.step);
  const kept = bySteps.filter(({ isDeleted }) => !isDeleted);
  const found = epoch === undefined ? unnamed(kept) : kept.findLast((one) => one.epoch === epoch);
  if (found) return found;
  const epochs = kept.map((one) => one.epoch);
  throw new CommandError(
    'NOT_FOUND',
    epochs.length === 0
      ? `Run "${run.name}" has no checkpoint yet (it is ${run.state}).`
      : `Run "${run.name}" has no checkpoint of epoch ${epoch}. It has: ${epochs.join(', ')}.`,
    { runId: run.id, epochs },
  );
}

/** Splits `FILE.gguf` or `FILE.gguf+RUN`; a plus sign before `.gguf` belongs to the file name. */
export function splitSystem(text: string): { file: string; run: string | undefined } {
  const [, file = text, run] = /^(.*?\.gguf)\+(.+)$/i.exec(text) ?? [];
  return { file, run };
}

const answersPrefix = 'answers:';

/** Whether a SYSTEM is one of imported answers, which are asked nothing. */
export const namesAnswers = (text: string): boolean => text.startsWith(answersPrefix);

/** What `--a` and `--b` name: an endpoint, imported answers, or weights as `resolveSystem` finds them. */
export async function resolveContestant(
  client: CoreClient,
  text: string,
  wait: WaitOptions & { otherBase: boolean; network: boolean },
): Promise<Contestant> {
  const endpoint = endpointIn(text);
  if (endpoint) {
    await allowEndpoint(client, endpoint, wait.network);
    return { endpoint };
  }
  if (!namesAnswers(text)) return await resolveSystem(client, text, wait);
  const name = text.slice(answersPrefix.length);
  const { id: answersId } = findNamed(await client.answers.list(), name, 'set of answers');
  return { answersId };
}

/** What `FILE.gguf`, `FILE.gguf+RUN` and `FILE.gguf+RUN@EPOCH` name, with the model added when the project does not know it. */
export async function resolveSystem(
  client: CoreClient,
  text: string,
  wait: WaitOptions & { otherBase: boolean },
): Promise<SystemSpec> {
  const { file, run } = splitSystem(text);
  const checkpoint = run === undefined ? null : resolveCheckpoint(await client.runs.list(), run);
  const modelId = await ensureModel(client, file, wait);
  const { otherBase } = wait;
  return {
    modelId,
    checkpointId: checkpoint?.id ?? null,
    strength: 1,
    ...(otherBase && { otherBase }),
  };
}

/** An adapter given as a file, or as a run of the project. */
export async function resolveAdapter(client: CoreClient, text: string) {
  const isFile = await access(resolve(text)).then(
    () => true,
    () => false,
  );
  if (isFile) return { path: resolve(text), name: text, baseSha256: null };
  const runs = await client.runs.list();
  const checkpoint = resolveCheckpoint(runs, text);
  const baseSha256 = runs.find(({ id }) => id === checkpoint.runId)?.baseSha256 ?? null;
  return { path: checkpoint.path, name: `${checkpoint.runName}@${checkpoint.epoch}`, baseSha256 };
}
