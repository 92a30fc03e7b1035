import { statSync } from 'node:fs';
import { join } from 'node:path';
import { resourcesDir } from '../base/application.ts';
import { asGuarded, type GuardedPath } from './guarded-path.ts';

/** The size of a regular file, or `undefined` for anything else: nothing, a folder, a pipe, a device. */
export function fileSize(path: GuardedPath): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? stats.size : undefined;
}

/** A file that comes with the program, which may be read wherever it is installed. */
export const resourcePath = (...names: string[]): GuardedPath =>
  asGuarded(join(resourcesDir, ...names));
