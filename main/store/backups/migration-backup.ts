import { closeSync, fsyncSync, openSync, renameSync, rmSync, statfsSync } from 'node:fs';
import { z } from 'zod';
import { createSideFile } from '../../side-files/side-file.ts';
import { get, run, type Database } from '../database.ts';
import { StoreError } from '../store-error.ts';
import { nextBackupPath, removeOldBackups } from './backup-list.ts';

/**
 * Makes the backup before a migration, which waits for it: in one statement, read whole before the
 * schema changes. What it throws keeps the project at its version.
 */
export function writeMigrationBackup(db: Database, folder: string): void {
  const path = nextBackupPath(folder, 'migration');
  const part = `${path}.part`;
  try {
    // SQLite writes into an empty file, and so makes none where a link leads.
    closeSync(createSideFile(part));
    run(db, 'VACUUM INTO @part', { part });
    refuseDamagedCopy(db, part);
    const file = openSync(part, 'r+');
    fsyncSync(file);
    closeSync(file);
    renameSync(part, path);
  } catch (error) {
    for (const suffix of ['', '-journal']) rmSync(part + suffix, { force: true });
    throw error;
  }
  const { bavail, bsize } = statfsSync(folder);
  removeOldBackups(folder, bavail * bsize);
}

const checkRow = z.object({ integrity_check: z.string() });

function refuseDamagedCopy(db: Database, part: string): void {
  run(db, 'ATTACH @part AS copy', { part });
  try {
    const first = get(db, checkRow, 'PRAGMA copy.integrity_check(1)')?.integrity_check;
    if (first !== 'ok')
      throw new StoreError(
        'PROJECT_INVALID',
        `The backup before the new schema is damaged (${first}): nothing was changed. Check the disk.`,
      );
  } finally {
    db.exec('DETACH copy');
  }
}
