import { basename } from 'node:path';
import type { JobSnapshot } from '../../../shared/domain/job.ts';
import type { Model, ModelInfo } from '../../../shared/domain/model/model.ts';
import { modelPath } from '../../../shared/domain/model/model-parts.ts';
import { modelFileName } from '../../../shared/text/model-names.ts';
import { startInspector, type GuardedInspector, toRead } from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { modelSize } from '../files/guarded-files.ts';
import { placeTimes, type PlaceWait } from '../files/places.ts';
import {
  findModel,
  listModels,
  modelNameOf,
  upsertModel,
  type StoredModel,
} from '../../store/repositories/models.ts';
import { AppError, found } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** A model whose file may be read, and was looked at. */
export type UsableModel = Omit<StoredModel, 'path'> & { path: GuardedPath };

/** Every model of the project with whether its file is still there. */
export async function models(session: ProjectSession, signal?: AbortSignal): Promise<Model[]> {
  const { db } = session.file;
  const listed = listModels(db).map(async (model) => {
    const name = modelNameOf(db, model);
    // Not even looked for, where somebody else said that it lies.
    const isFromElsewhere = !session.own.hasModel(model);
    const isMissing = isFromElsewhere || !(await isPresent(session, model.path, signal));
    return { ...model, name, isFromElsewhere, isMissing };
  });
  return await Promise.all(listed);
}

/**
 * A file that may not even be looked at, or that does not answer, counts as missing: whoever uses it
 * is told why.
 */
async function isPresent(
  session: ProjectSession,
  path: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const wait = { signal, mostMs: placeTimes.listedMs };
  try {
    return 'sizeBytes' in modelSize(await reachedPath(session, path, wait));
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

/** The path of a row once it answers, so that nothing waits for it any more. */
async function reachedPath({ paths }: ProjectSession, stored: string, wait: PlaceWait) {
  paths.requireOfThisSystem(stored);
  await paths.reach(stored, wait);
  return paths.checkStored(stored);
}

/**
 * A model whose file exists with the size it had; MODEL_MISSING or MODEL_CHANGED otherwise, and
 * what the guard says of a path that nobody may read.
 */
export async function usableModel(
  session: ProjectSession,
  id: string,
  signal?: AbortSignal,
): Promise<UsableModel> {
  const model = found(findModel(session.file.db, id), 'model', id);
  const path = await reachedPath(session, model.path, { signal });
  if (!session.own.hasModel(model)) refuseFromElsewhere(model);
  const size = modelSize(path);
  if ('missingPath' in size)
    throw new AppError(
      'MODEL_MISSING',
      `There is no model file ${size.missingPath}. Put it back, or show where it is now.`,
      { modelId: id, path: size.missingPath },
    );
  if (size.sizeBytes !== model.info.fileSizeBytes)
    throw changed(path, `${size.sizeBytes} bytes instead of ${model.info.fileSizeBytes}`);
  return { ...model, path };
}

function refuseFromElsewhere({ id, path }: StoredModel): never {
  throw new AppError(
    'PATH_FROM_ELSEWHERE',
    `The project says that the model ${modelFileName(path)} is ${path}, and nobody on this machine ` +
      'did. Show where it is, there or elsewhere: then it is compared and used.',
    { modelId: id, path },
  );
}

const changed = (path: string, how: string) =>
  new AppError(
    'MODEL_CHANGED',
    `${path} is not the file this project knows (${how}). Add it as a new model, or restore it.`,
    { path },
  );

/** Reads the header of a GGUF file in a process that may crash. */
export async function inspectModel(state: CoreState, path: string): Promise<ModelInfo> {
  const checked = state.paths.check(path);
  return state.calls.run([], async (signal) => {
    await using inspector = startInspector(toRead(checked));
    // Awaited here: leaving the block ends the process.
    return await inspector.request('inspectModel', { path: checked }, { signal });
  });
}

/** Queues inspecting and hashing a file; `expectedSha256` is set when a known model moved. */
export function startAddModel(
  state: CoreState,
  session: ProjectSession,
  path: string,
  expectedSha256: string | null = null,
): JobSnapshot {
  const checked = state.paths.check(modelPath(path));
  return session.jobs.start({
    kind: 'add-model',
    title: `Read ${basename(checked)}`,
    subjectId: null,
    payload: { path: checked, expectedSha256 },
  });
}

/** Queues pointing a known model at a new place. */
export function startRelocate(
  state: CoreState,
  session: ProjectSession,
  input: { id: string; path: string },
): JobSnapshot {
  const model = found(findModel(session.file.db, input.id), 'model', input.id);
  return startAddModel(state, session, input.path, model.sha256);
}

/** The job behind adding and relocating; its result is `{modelId}`. */
export function addModelJob(session: ProjectSession): JobHandler<'add-model'> {
  return {
    kind: 'add-model',
    resource: 'disk',
    execute: async ({ path, expectedSha256 }, context) => {
      await using inspector = startInspector(toRead(path));
      const info = await inspector.request('inspectModel', { path }, { signal: context.signal });
      const sha256 = await hashInJob(inspector, path, context);
      if (expectedSha256 !== null && sha256 !== expectedSha256)
        throw changed(path, 'another SHA-256');
      const modelId = upsertModel(session.file.db, { sha256, path, info });
      session.own.addModel({ sha256, path });
      session.changes.touch('models');
      return { modelId, sha256 };
    },
  };
}

/** Inspects, hashes and adds a file right away: for one so small that nobody waits. */
export async function addModelFile(session: ProjectSession, path: GuardedPath): Promise<string> {
  await using inspector = startInspector(toRead(path));
  const info = await inspector.request('inspectModel', { path });
  const { sha256 } = await inspector.request('hashFile', { path });
  session.own.addModel({ sha256, path });
  return upsertModel(session.file.db, { sha256, path, info });
}

/** Hashes a file with progress in the job's report. */
async function hashInJob(
  inspector: GuardedInspector,
  path: GuardedPath,
  context: JobContext,
): Promise<string> {
  const { sha256 } = await inspector.request(
    'hashFile',
    { path },
    {
      signal: context.signal,
      onEvent: ({ bytes, totalBytes }) =>
        context.report({ phase: 'hashing', done: bytes, total: totalBytes, unit: 'bytes' }),
    },
  );
  context.signal.throwIfAborted();
  return sha256;
}

/** Hashes files again and refuses one that is not what it was when the project stored its hash. */
export async function verifyFiles(
  files: readonly { path: GuardedPath; sha256: string }[],
  context: JobContext,
): Promise<void> {
  await using inspector = startInspector(toRead(...files.map(({ path }) => path)));
  for (const { path, sha256 } of files)
    if ((await hashInJob(inspector, path, context)) !== sha256)
      throw changed(path, 'another SHA-256');
}
