import { join } from 'node:path';
import type { Checkpoint } from '../../../shared/domain/run.ts';
import {
  findCheckpoint,
  listCheckpoints,
  type StoredCheckpoint,
} from '../../store/repositories/checkpoints.ts';
import { found } from '../base/app-error.ts';
import type { ProjectSession } from '../project/project-session.ts';

const withPath = (session: ProjectSession, { file, ...rest }: StoredCheckpoint): Checkpoint => ({
  ...rest,
  path: join(session.file.artifactsDir, file),
});

/** Every checkpoint of the project, or those of one run. */
export const checkpoints = (session: ProjectSession, runId?: string): Checkpoint[] =>
  listCheckpoints(session.file.db, runId).map((stored) => withPath(session, stored));

/** One checkpoint by id, or NOT_FOUND. */
export const checkpointById = (session: ProjectSession, id: string): Checkpoint =>
  withPath(session, found(findCheckpoint(session.file.db, id), 'checkpoint', id));
