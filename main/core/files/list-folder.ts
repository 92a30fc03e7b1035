import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { FileEntry } from '../../../shared/contract/app.ts';
import { AppError } from '../base/app-error.ts';
import type { PathGuard } from './path-guard.ts';
import { places, SilentPlace, type PlaceEntry } from './places.ts';
import { errorCode } from '../../store/store-error.ts';

const maxEntries = 5000;

/**
 * Folders first, then files, by name; entries that cannot be read, or that do not answer, are left
 * out.
 */
export async function listFolder(
  paths: PathGuard,
  requested: string | undefined,
  signal?: AbortSignal,
): Promise<{ path: string; parent: string | null; entries: FileEntry[] }> {
  const wanted = requested ?? paths.roots?.[0] ?? homedir();
  await paths.reach(wanted, { signal });
  const path = paths.check(wanted);
  const entries = (await entriesOf(path, signal))
    .map(({ isFolder, ...entry }) => ({ ...entry, isDirectory: isFolder }))
    .toSorted(
      (a, b) => Number(b.isDirectory) - Number(a.isDirectory) || a.name.localeCompare(b.name),
    );
  return { path, parent: parentOf(paths, path), entries };
}

async function entriesOf(path: string, signal: AbortSignal | undefined): Promise<PlaceEntry[]> {
  try {
    return await places.list(path, maxEntries, { signal });
  } catch (error) {
    if (error instanceof SilentPlace || signal?.aborted) throw error;
    const code = errorCode(error);
    if (code === 'ENOENT')
      throw new AppError('FILE_NOT_FOUND', `There is no folder ${path}`, { path });
    throw new AppError('FILE_UNREADABLE', `The folder ${path} cannot be read (${code})`, { path });
  }
}

function parentOf(paths: PathGuard, path: string): string | null {
  const parent = dirname(path);
  if (parent === path) return null;
  try {
    return paths.check(parent);
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
