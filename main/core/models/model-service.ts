import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { JobSnapshot } from '../../../shared/domain/job.ts';
import type { Model, ModelInfo } from '../../../shared/domain/model.ts';
import { startInspector } from '../../engines/start-engines.ts';
import {
  findModel,
  listModels,
  upsertModel,
  type StoredModel,
} from '../../store/repositories/models.ts';
import { AppError, found } from '../base/app-error.ts';
import type { CoreState } from '../project/core-state.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';

const withPresence = (model: StoredModel): Model => ({
  ...model,
  isMissing: !existsSync(model.path),
});

/** Every model of the project with whether its file is still there. */
export function models(session: ProjectSession): Model[] {
  return listModels(session.file.db).map(withPresence);
}

/** A model whose file exists with the size it had; MODEL_MISSING or MODEL_CHANGED otherwise. */
export function usableModel(session: ProjectSession, id: string): StoredModel {
  const model = found(findModel(session.file.db, id), 'model', id);
  const stats = statSync(model.path, { throwIfNoEntry: false });
  if (!stats)
    throw new AppError(
      'MODEL_MISSING',
      `The model file ${model.path} is not there. Put it back, or show where it is now.`,
      { modelId: id, path: model.path },
    );
  if (stats.size !== model.info.fileSizeBytes)
    throw changed(model.path, `${stats.size} bytes instead of ${model.info.fileSizeBytes}`);
  return model;
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
    await using inspector = startInspector();
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
  const checked = state.paths.check(path);
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
      await using inspector = startInspector();
      const info = await inspector.request('inspectModel', { path }, { signal: context.signal });
      const sha256 = await hashInJob(inspector, path, context);
      if (expectedSha256 !== null && sha256 !== expectedSha256)
        throw changed(path, 'another SHA-256');
      const modelId = upsertModel(session.file.db, { sha256, path, info });
      session.changes.touch('models');
      return { modelId, sha256 };
    },
  };
}

/** Inspects, hashes and adds a file right away: for one so small that nobody waits. */
export async function addModelFile(session: ProjectSession, path: string): Promise<string> {
  await using inspector = startInspector();
  const info = await inspector.request('inspectModel', { path });
  const { sha256 } = await inspector.request('hashFile', { path });
  return upsertModel(session.file.db, { sha256, path, info });
}

/** Hashes a file with progress in the job's report. */
async function hashInJob(
  inspector: ReturnType<typeof startInspector>,
  path: string,
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
  files: readonly { path: string; sha256: string }[],
  context: JobContext,
): Promise<void> {
  await using inspector = startInspector();
  for (const { path, sha256 } of files)
    if ((await hashInJob(inspector, path, context)) !== sha256)
      throw changed(path, 'another SHA-256');
}
