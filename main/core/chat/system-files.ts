import { existsSync } from 'node:fs';
import type { SystemSpec } from '../../../shared/domain/identity.ts';
import type { SystemFiles } from '../../engines/protocol/inference.ts';
import { AppError } from '../app-error.ts';
import { usableModel } from '../models/model-service.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { checkpointById } from '../train/run-service.ts';

/** The files behind a system, with the hashes the engine must find in them. */
export function systemFiles(session: ProjectSession, spec: SystemSpec): SystemFiles {
  const model = usableModel(session, spec.modelId);
  const base = { basePath: model.path, baseSha256: model.sha256, baseName: model.info.name };
  if (spec.checkpointId === null)
    return { ...base, adapterPath: null, adapterSha256: null, adapterName: null, strength: 0 };
  const checkpoint = checkpointById(session, spec.checkpointId);
  if (!existsSync(checkpoint.path))
    throw new AppError(
      'MODEL_MISSING',
      `The adapter ${checkpoint.path} is not there. It belongs in the folder beside the project file.`,
      { path: checkpoint.path },
    );
  return {
    ...base,
    adapterPath: checkpoint.path,
    adapterSha256: checkpoint.sha256,
    adapterName: `${checkpoint.runName} · epoch ${checkpoint.epoch}`,
    strength: spec.strength,
  };
}
