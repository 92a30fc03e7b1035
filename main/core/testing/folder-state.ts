import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every file of a folder with the hash of its bytes, folders as well: what must not change. */
export function folderState(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path, entry.isFile() ? sha256(path) : 'no file'] as const;
      })
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
