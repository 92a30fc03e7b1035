import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { SystemSpec } from '../../../shared/domain/identity.ts';
import type { SystemFiles } from '../../engines/protocol/inference.ts';
import { AppError } from '../base/app-error.ts';
import { usableModel } from './model-service.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { checkpointById } from './checkpoints.ts';

const withoutAdapter = {
  adapterPath: null,
  adapterSha256: null,
  adapterName: null,
  strength: 0,
} as const;

/** After full-parameter training a checkpoint is a base model of its own. */
const holdsWholeModel = (path: string) => basename(path) === 'model.gguf';

/** The files behind a system, with the hashes the engine must find in them. */
export function systemFiles(session: ProjectSession, spec: SystemSpec): SystemFiles {
  const model = usableModel(session, spec.modelId);
  const base = { basePath: model.path, baseSha256: model.sha256, baseName: model.info.name };
  if (spec.checkpointId === null) return { ...base, ...withoutAdapter };
  const checkpoint = checkpointById(session, spec.checkpointId);
  const name = `${checkpoint.runName} · epoch ${checkpoint.epoch}`;
  if (!existsSync(checkpoint.path))
    throw new AppError(
      'MODEL_MISSING',
      `The checkpoint ${checkpoint.path} is not there. It belongs in the folder beside the project file.`,
      { path: checkpoint.path },
    );
  if (holdsWholeModel(checkpoint.path))
    return {
      ...withoutAdapter,
      basePath: checkpoint.path,
      baseSha256: checkpoint.sha256,
      baseName: name,
    };
  return {
    ...base,
    adapterPath: checkpoint.path,
    adapterSha256: checkpoint.sha256,
    adapterName: name,
    strength: spec.strength,
  };
}
