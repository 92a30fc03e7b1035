import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fewShotText, type FewShot } from '../../../shared/domain/few-shot.ts';
import type { SystemSpec } from '../../../shared/domain/identity.ts';
import type { ExpectedIdentity } from '../../../shared/report/disagreements.ts';
import { AppError, found } from '../base/app-error.ts';
import { artifactFile, artifactSize } from '../files/artifacts.ts';
import type { GuardedSystem } from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { usableModel, type UsableModel } from './model-service.ts';
import { findRun } from '../../store/repositories/runs.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { checkpointName } from '../../../shared/text/model-names.ts';
import { modelNameOf } from '../../store/repositories/models.ts';
import { holdsWholeModel, type Checkpoint } from '../../../shared/domain/run.ts';
import { findModel } from '../../store/repositories/models.ts';
import {
  findCheckpoint,
  listCheckpoints,
  type StoredCheckpoint,
} from '../../store/repositories/checkpoints.ts';

const withoutAdapter = {
  adapterPath: null,
  adapterSha256: null,
  adapterName: null,
  strength: 0,
} as const;

/** The files behind a system, with the hashes the engine must find in them. */
export async function systemFiles(
  session: ProjectSession,
  spec: SystemSpec,
  signal?: AbortSignal,
): Promise<GuardedSystem> {
  const model = await usableModel(session, spec.modelId, signal);
  const baseName = modelNameOf(session.file.db, model);
  const { chatTemplate = '', fewShot } = spec;
  const asked = { chatTemplate, ...(fewShot && { fewShot }) };
  const base = { basePath: model.path, baseSha256: model.sha256, baseName, ...asked };
  if (spec.checkpointId === null) return { ...base, ...withoutAdapter };
  const checkpoint = usableCheckpoint(session, spec.checkpointId);
  const name = checkpointName(checkpoint);
  const { baseSha256: adapterBaseSha256 } = found(
    findRun(session.file.db, 'id', checkpoint.runId),
    'run',
    checkpoint.runId,
  );
  if (adapterBaseSha256 !== model.sha256) requireAllowed(spec, { checkpoint, model });
  if (holdsWholeModel(checkpoint.path))
    return {
      ...withoutAdapter,
      basePath: checkpoint.path,
      baseSha256: checkpoint.sha256,
      baseName: name,
      ...asked,
    };
  return {
    ...base,
    adapterPath: checkpoint.path,
    adapterSha256: checkpoint.sha256,
    adapterName: name,
    strength: spec.strength,
    adapterBaseSha256,
    otherBase: spec.otherBase ?? false,
  };
}

/** A whole model has no other base: named together with one, it would answer in its place. */
function requireAllowed(
  { otherBase }: SystemSpec,
  {
    checkpoint,
    model,
  }: { checkpoint: Pick<Checkpoint, 'path' | 'runName' | 'epoch'>; model: UsableModel },
): void {
  const { path } = checkpoint;
  if (otherBase && !holdsWholeModel(path)) return;
  throw new AppError(
    'ADAPTER_OTHER_BASE',
    `${checkpointName(checkpoint)} was trained on another base model than ${model.path}. Choose the base it was trained on.`,
    { path, baseSha256: model.sha256 },
  );
}

const withPath = (session: ProjectSession, { file, ...rest }: StoredCheckpoint): Checkpoint => ({
  ...rest,
  path: join(session.file.artifactsDir, file),
});

/** What a system is stored with, whether its files are there or not. */
export function expectedOf(
  session: ProjectSession,
  spec: SystemSpec,
): Omit<ExpectedIdentity, 'sampling'> {
  const templateSha256 = chosenTemplateSha256(spec);
  return {
    ...expectedWeights(session, spec),
    ...(templateSha256 !== undefined && { templateSha256 }),
    ...(spec.fewShot && { fewShotSha256: fewShotSha256(spec.fewShot) }),
  };
}

/** As engines tell it in identities; undefined where nobody chose a template for the system. */
export const chosenTemplateSha256 = ({ chatTemplate = '' }: SystemSpec): string | undefined =>
  chatTemplate === '' ? undefined : createHash('sha256').update(chatTemplate).digest('hex');

/** The hash of a few-shot prefix, as engines tell it in identities. */
export const fewShotSha256 = (fewShot: FewShot): string =>
  createHash('sha256').update(fewShotText(fewShot)).digest('hex');

function expectedWeights(session: ProjectSession, spec: SystemSpec) {
  const { db } = session.file;
  const base = found(findModel(db, spec.modelId), 'model', spec.modelId).sha256;
  const bare = { adapterSha256: null, strength: 0 };
  if (spec.checkpointId === null) return { baseSha256: base, ...bare };
  const { file, sha256 } = found(
    findCheckpoint(db, spec.checkpointId),
    'checkpoint',
    spec.checkpointId,
  );
  return holdsWholeModel(file)
    ? { baseSha256: sha256, ...bare }
    : { baseSha256: base, adapterSha256: sha256, strength: spec.strength };
}

/** Every checkpoint of the project, or those of one run. */
export const checkpoints = (session: ProjectSession, runId?: string): Checkpoint[] =>
  listCheckpoints(session.file.db, runId).map((stored) => withPath(session, stored));

/** A checkpoint whose file is there, in the folder beside the project; MODEL_MISSING otherwise. */
export function usableCheckpoint(
  session: ProjectSession,
  id: string,
): Omit<Checkpoint, 'path'> & { path: GuardedPath } {
  const stored = found(findCheckpoint(session.file.db, id), 'checkpoint', id);
  const path = artifactFile(session.file, stored.file);
  if (stored.isDeleted)
    throw new AppError(
      'MODEL_MISSING',
      `The checkpoint of epoch ${stored.epoch} of ${stored.runName} was deleted: choose another one.`,
      { path },
    );
  if (artifactSize(path) === undefined)
    throw new AppError(
      'MODEL_MISSING',
      `There is no checkpoint ${path}. It belongs in the folder beside the project file.`,
      { path },
    );
  return { ...stored, path };
}
