import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/app-error.ts';

const dumpName = /posts\.xml(?:\.gz|\.zst)?$|\.7z$/i;
/** Other tables of a site, which the archive packs on their own for the largest. */
const otherTables = /-(?:badges|comments|posthistory|postlinks|tags|users|votes)\.7z$/i;
const mostFolders = 3;

/** A dump as it lies on disk. */
export interface DumpFile<Path extends string = string> {
  path: Path;
  sizeBytes: number;
  /** In milliseconds since 1970. */
  modifiedMs: number;
}

/** What tells whether a dump has changed; throws when it cannot be reached. */
export async function lookAtDump<Path extends string>(path: Path): Promise<DumpFile<Path>> {
  const { size, mtimeMs } = await stat(path);
  return { path, sizeBytes: size, modifiedMs: mtimeMs };
}

/** The files that are named, and the dumps in the folders that are named, at most three deep. */
export async function findDumps(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const path of paths) {
    const dumps = await dumpsAt(path);
    if (dumps.length === 0)
      throw new AppError(
        'FILE_NOT_FOUND',
        `${path} holds no dump: looked for Posts.xml, plain, .gz or .zst, and for .7z, three folders deep`,
        { path },
      );
    for (const dump of dumps) found.add(dump);
  }
  return [...found];
}

async function dumpsAt(path: string): Promise<string[]> {
  const stats = await stat(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('FILE_NOT_FOUND', `${path} cannot be read: ${reason}`, { path });
  });
  return stats.isDirectory() ? await dumpsIn(path, mostFolders) : [path];
}

async function dumpsIn(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 1) found.push(...(await dumpsIn(path, depth - 1)));
    else if (entry.isFile() && dumpName.test(entry.name) && !otherTables.test(entry.name))
      found.push(path);
  }
  return found;
}
