import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from './app-error.ts';

/** Resolves symbolic links of the longest part of a path that exists. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPath(parent), basename(path));
}

const isInside = (root: string, path: string) => {
  const way = relative(root, path);
  return way === '' || (!way.startsWith(`..${sep}`) && way !== '..' && !isAbsolute(way));
};

/** Keeps file access inside the configured folders, links followed first. */
export class PathGuard {
  readonly roots: readonly string[] | null;

  constructor(roots: readonly string[] | null) {
    this.roots = roots?.map((root) => realPath(resolve(root))) ?? null;
  }

  /** The absolute path, or PATH_FORBIDDEN when it leads outside every root. */
  check(path: string): string {
    if (path.includes('\0')) throw new AppError('INVALID_INPUT', 'A path must not contain NUL', {});
    const absolute = resolve(path);
    const real = realPath(absolute);
    if (this.roots && !this.roots.some((root) => isInside(root, real)))
      throw new AppError(
        'PATH_FORBIDDEN',
        `${absolute} is outside the folders this server may use (${this.roots.join(', ')}). ` +
          `Start it with --root to allow another folder.`,
        { path: absolute },
      );
    return absolute;
  }
}
