import { basename, dirname } from 'node:path';
import {
  adapterContradiction,
  type AdapterFacts,
} from '../../../shared/domain/runs/adapter-facts.ts';
import type { Recipe } from '../../../shared/domain/recipe/recipe.ts';
import { templateSummary } from '../../../shared/domain/recipe/setting-fields.ts';
import { holdsWholeModel } from '../../../shared/domain/run.ts';
import { checkpointName } from '../../../shared/text/model-names.ts';
import { listCheckpoints } from '../../store/repositories/checkpoints.ts';
import { findRun, listRuns } from '../../store/repositories/runs.ts';
import { AppError } from '../base/app-error.ts';
import {
  artifactPath,
  artifactSize,
  makeArtifactFolder,
  removeArtifact,
} from '../files/artifacts.ts';
import { startTrainer } from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { recordedBase } from '../models/recorded-base.ts';
import { usableCheckpoint } from '../models/checkpoints.ts';
import { usableModel, type UsableModel } from '../models/model-service.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { runFolderNames } from './run-files.ts';

/** The adapter that a run shall start from: a file, or what the recipe names by its hash. */
interface WantedAdapter {
  fromAdapter: string;
  adapterPath?: string | undefined;
  /** A person agreed to one that was trained on another base. */
  otherBase: boolean;
}

/** The copy that a run keeps of the adapter that it starts from. */
export const fromAdapterPath = (session: ProjectSession, runId: string): GuardedPath =>
  artifactPath(session.file, ...runFolderNames(runId), 'from-adapter.gguf');

/** What an adapter is as the start of a run on this base; nothing is written. */
export async function inspectAdapter(
  session: ProjectSession,
  { modelId, ...wanted }: WantedAdapter & { modelId: string },
  signal?: AbortSignal,
): Promise<AdapterFacts> {
  const model = await usableModel(session, modelId, signal);
  return await readAdapter(session, model, wanted, signal);
}

/** What a run is started with once its adapter lies in its folder. */
interface AdapterStart {
  /** With the hash of the adapter, and its chat template where it named none. */
  recipe: Recipe;
  warnings: string[];
}

/**
 * Puts the adapter that a new run goes on from, if any, into its folder and starts the run. Refused
 * when it does not fit the base or the recipe; nothing is left behind when there is no run then.
 */
export async function startWithAdapter<Started>(
  session: ProjectSession,
  { runId, ...wanted }: NewRun,
  start: (made: AdapterStart) => Promise<Started>,
  signal?: AbortSignal,
): Promise<Started> {
  const { recipe, adapterPath } = wanted;
  if (recipe.fromAdapter === '' && adapterPath === undefined)
    return await start({ recipe, warnings: [] });
  const outDir = makeArtifactFolder(session.file, ...runFolderNames(runId));
  try {
    return await start(await takeAdapter(session, { ...wanted, outDir }, signal));
  } catch (error) {
    await removeArtifact(outDir);
    throw error;
  }
}

interface NewRun extends Omit<WantedAdapter, 'fromAdapter'> {
  runId: string;
  model: UsableModel;
  recipe: Recipe;
}

async function takeAdapter(
  session: ProjectSession,
  { model, recipe, ...wanted }: Omit<NewRun, 'runId'> & { outDir: GuardedPath },
  signal: AbortSignal | undefined,
): Promise<AdapterStart> {
  const { fromAdapter, method } = recipe;
  if (method !== 'lora')
    throw new AppError('INVALID_INPUT', 'A run that starts from an adapter needs method lora.');
  const facts = await readAdapter(session, model, { fromAdapter, ...wanted }, signal);
  const problem = contradiction(recipe, facts);
  if (problem !== '') throw new AppError('INVALID_INPUT', problem);
  const { sha256, adapterBaseSha256: trainedOn } = facts;
  const warnings: string[] = [];
  // A recipe that names no chat template goes on with the one that trained the adapter.
  const chatTemplate = recipe.chatTemplate || facts.chatTemplate;
  // Where nothing tells, it may be any.
  if (facts.chatTemplate !== '' && chatTemplate !== facts.chatTemplate)
    warnings.push(
      `The adapter that the run starts from was trained with another chat template (${templateSummary(facts.chatTemplate)}) than the one of the recipe.`,
    );
  if (trainedOn !== null && trainedOn !== model.sha256)
    warnings.push(
      `The adapter that the run starts from was trained on another base (SHA-256 ${trainedOn.slice(0, 12)}…), as was allowed.`,
    );
  return { recipe: { ...recipe, chatTemplate, fromAdapter: sha256 }, warnings };
}

function contradiction(recipe: Recipe, facts: AdapterFacts): string {
  if (recipe.fromAdapter !== '' && recipe.fromAdapter !== facts.sha256)
    return `The adapter has the SHA-256 ${facts.sha256}, and the recipe names ${recipe.fromAdapter}.`;
  return adapterContradiction(recipe, facts);
}

async function readAdapter(
  session: ProjectSession,
  { path: basePath, sha256: baseSha256 }: UsableModel,
  wanted: WantedAdapter & { outDir?: GuardedPath },
  signal: AbortSignal | undefined,
): Promise<AdapterFacts> {
  const { adapterPath, adapterBaseSha256 } = placeOf(session, wanted);
  const { otherBase, outDir } = wanted;
  // An adapter of PEFT is a folder: one of its files stands for it.
  const isOfPeft = /^adapter_(model\.safetensors|config\.json)$/.test(basename(adapterPath));
  const read = isOfPeft ? session.paths.check(dirname(adapterPath)) : adapterPath;
  const facts = await session.calls.run([signal], async (anySignal) => {
    const files = { reads: [basePath, read], writes: outDir === undefined ? [] : [outDir] };
    await using engine = startTrainer(files);
    const params = { adapterPath: read, adapterBaseSha256, basePath, baseSha256, otherBase };
    return await engine.request(
      'importAdapter',
      { ...params, ...(outDir !== undefined && { outDir }) },
      { signal: anySignal },
    );
  });
  if (facts.adapterBaseSha256 !== null) return facts;
  // A file that says nothing of itself may be that of a checkpoint, or lie in the folder of a run.
  const known =
    trainedBase(session, facts.sha256) ??
    (await recordedBase(session.paths, adapterPath, facts.sha256));
  if (known !== null && known !== baseSha256 && !otherBase)
    throw new AppError(
      'ADAPTER_OTHER_BASE',
      `${adapterPath} was trained on another base model (SHA-256 ${known.slice(0, 12)}…) than ` +
        `${basePath} (${baseSha256.slice(0, 12)}…). Choose the base it was trained on.`,
      { path: adapterPath, baseSha256, adapterBaseSha256: known },
    );
  return { ...facts, adapterBaseSha256: known };
}

/** The base of the run that an adapter of this hash is a checkpoint of, where the project has one. */
function trainedBase({ file: { db } }: ProjectSession, adapterSha256: string): string | null {
  const checkpoint = listCheckpoints(db).find(({ sha256 }) => sha256 === adapterSha256);
  return checkpoint ? (findRun(db, 'id', checkpoint.runId)?.baseSha256 ?? null) : null;
}

/** Where the adapter lies, and the base that the project knows it was trained on. */
function placeOf(
  session: ProjectSession,
  { fromAdapter, adapterPath }: WantedAdapter,
): { adapterPath: GuardedPath; adapterBaseSha256: string | null } {
  if (adapterPath !== undefined)
    return { adapterPath: session.paths.check(adapterPath), adapterBaseSha256: null };
  const { db } = session.file;
  const known = listCheckpoints(db).filter(({ sha256 }) => sha256 === fromAdapter);
  const live = known.find(({ isDeleted }) => !isDeleted);
  const adapterBaseSha256 = trainedBase(session, fromAdapter);
  if (live && holdsWholeModel(live.file))
    throw new AppError(
      'INVALID_INPUT',
      `${checkpointName(live)} is a whole model and no adapter: take it as the base instead.`,
    );
  if (live) return { adapterPath: usableCheckpoint(session, live.id).path, adapterBaseSha256 };
  // Another run began with it, and kept it.
  const kept = listRuns(db)
    .filter(({ recipe }) => recipe.fromAdapter === fromAdapter)
    .map(({ id }) => fromAdapterPath(session, id))
    .find((path) => artifactSize(path) !== undefined);
  if (kept !== undefined) return { adapterPath: kept, adapterBaseSha256 };
  throw new AppError(
    'INVALID_INPUT',
    `No checkpoint of the project has the SHA-256 ${fromAdapter} that the recipe starts from. Give the adapter itself (--from-adapter), or clear fromAdapter.`,
  );
}
