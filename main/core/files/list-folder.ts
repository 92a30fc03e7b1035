import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FileEntry } from '../../../shared/contract/app.ts';
import { AppError } from '../base/app-error.ts';
import type { PathGuard } from './path-guard.ts';
import { errorCode } from '../../store/store-error.ts';

const maxEntries = 5000;

/** Folders first, then files, by name; entries that cannot be read are left out. */
export function listFolder(
  paths: PathGuard,
  requested: string | undefined,
): { path: string; parent: string | null; entries: FileEntry[] } {
  const path = paths.check(requested ?? paths.roots?.[0] ?? homedir());
  const entries = namesIn(path)
    .slice(0, maxEntries)
    .flatMap((name) => toEntry(path, name))
    .toSorted(
      (a, b) => Number(b.isDirectory) - Number(a.isDirectory) || a.name.localeCompare(b.name),
    );
  return { path, parent: parentOf(paths, path), entries };
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path).filter((name) => !name.startsWith('.'));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT')
      throw new AppError('FILE_NOT_FOUND', `There is no folder ${path}`, { path });
    throw new AppError('FILE_UNREADABLE', `The folder ${path} cannot be read (${code})`, { path });
  }
}

function toEntry(folder: string, name: string): FileEntry[] {
  const path = join(folder, name);
  try {
    const stats = statSync(path);
    const isDirectory = stats.isDirectory();
    return [{ name, path, isDirectory, sizeBytes: stats.size, modifiedMs: stats.mtimeMs }];
  } catch {
    // A dangling link or a file that vanished meanwhile: nobody could choose it anyway.
    return [];
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
