import { statSync } from 'node:fs';
import { join } from 'node:path';
import { modelPartPaths } from '../../../shared/domain/model/model-parts.ts';
import { resourcesDir } from '../base/application.ts';
import { asGuarded, type GuardedPath } from './guarded-path.ts';

/** The size of a regular file, or `undefined` for anything else: nothing, a folder, a pipe, a device. */
export function fileSize(path: GuardedPath): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() ? stats.size : undefined;
}

/** What a model takes in all of its parts, or the first of them that is no regular file. */
export function modelSize(path: GuardedPath): { sizeBytes: number } | { missingPath: string } {
  let sizeBytes = 0;
  for (const part of modelPartPaths(path)) {
    // The guard let all parts through with the one that was named.
    const size = fileSize(asGuarded(part));
    if (size === undefined) return { missingPath: part };
    sizeBytes += size;
  }
  return { sizeBytes };
}

/** A file that comes with the program, which may be read wherever it is installed. */
export const resourcePath = (...names: string[]): GuardedPath =>
  asGuarded(join(resourcesDir, ...names));
