import { sep } from 'node:path';
import { AppError } from '../base/app-error.ts';
import type { CoreState } from './core-state.ts';
import type { ProjectSession } from './project-session.ts';

/** The absolute path of a file to write; refused when it belongs to the open project. */
export function exportPath(state: CoreState, session: ProjectSession, requested: string): string {
  const path = state.paths.check(requested);
  const { file } = session;
  if (path === file.path || path.startsWith(`${file.artifactsDir}${sep}`))
    throw new AppError(
      'INVALID_INPUT',
      `${path} belongs to the open project: choose another file to export to`,
      { path },
    );
  return path;
}
