import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { requireOwnFile, requirePlainContents, SideFileError } from '../../side-files/side-file.ts';
import { StoreError, errorCode } from '../store-error.ts';

/** What SQLite keeps beside a file and writes to in place, by what it adds to the name. */
const journals = ['-wal', '-shm', '-journal'];

/**
 * Throws PROJECT_INVALID when a file or folder beside the project is not what its name says: a
 * link, which opening would write through, or a journal that names other files.
 */
export function refuseStrangeSideFiles(path: string): void {
  try {
    // SQLite puts its journals beside the file that a link leads to.
    for (const place of new Set([path, realPath(path)])) {
      for (const suffix of [...journals, '.lock']) requireOwnFile(place + suffix);
      requirePlainContents(`${place}.d`);
      refuseSuperJournal(place);
    }
  } catch (error) {
    if (error instanceof SideFileError)
      throw new StoreError('PROJECT_INVALID', error.message, error.data);
    throw error;
  }
}

/** Where the links of a path lead; the path itself while nothing is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // A file that is not there yet has nothing beside it but under its own name.
    return path;
  }
}

const magic = Buffer.from('d9d505f920a163d7', 'hex');
const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/**
 * A rollback journal that ends in the name of a super-journal makes SQLite look at the file of that
 * name, and by its documentation delete it; this program's transactions never span two files.
 * Source: sqlite.org/atomiccommit.html, section 5.
 */
function refuseSuperJournal(path: string): void {
  const end = lastBytes(`${path}-journal`, magic.length);
  if (end?.equals(magic))
    throw new StoreError(
      'PROJECT_INVALID',
      `${path}-journal is not a journal of this program: it names another file. Move it away, ` +
        'then try again. Nothing was changed.',
      { path },
    );
}

function lastBytes(path: string, count: number): Buffer | undefined {
  try {
    const file = openSync(path, readOnly);
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(count);
      return bytes.subarray(0, readSync(file, bytes, 0, count, Math.max(0, size - count)));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
