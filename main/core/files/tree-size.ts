import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

// Deeper than anything that the product makes; a folder that leads into itself is none of it.
const mostLevels = 8;

/** What a file takes, or a folder with everything in it; 0 where nothing is, links are not followed. */
export const treeSize = (path: string): number =>
  filesIn(path).reduce((sum, { bytes }) => sum + bytes, 0);

/** The regular files at a path or below it, with their sizes. */
export function filesIn(path: string, levels = mostLevels): { path: string; bytes: number }[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return [{ path, bytes: found.size }];
  if (!found?.isDirectory() || levels === 0) return [];
  return namesIn(path).flatMap((name) => filesIn(join(path, name), levels - 1));
}

/** The names in a folder; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
