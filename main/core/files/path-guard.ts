import { existsSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { AppError } from '../base/app-error.ts';

const maxLinks = 40;

/** Resolves symbolic links, also one to a file that does not exist yet: writing would follow it. */
function realPath(path: string, links = 0): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  if (parent === path) return path;
  const target = linkTarget(path);
  if (target === undefined) return join(realPath(parent, links), basename(path));
  if (links === maxLinks)
    throw new AppError('FILE_UNREADABLE', `${path} is a symbolic link that leads to itself`, {
      path,
    });
  return realPath(resolve(realPath(parent, links), target), links + 1);
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // No link, or nothing there at all.
    return undefined;
  }
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
