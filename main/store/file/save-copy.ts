import { formatQuantity } from '../../../shared/text/numbers.ts';
import { closeSync, constants, existsSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { createSideFile } from '../../side-files/side-file.ts';
import { syncFile, syncFolder } from '../../side-files/sync-folder.ts';
import { copyPages } from '../backups/write-backup.ts';
import { all } from '../database.ts';
import { StoreError, errorCode } from '../store-error.ts';
import { requireFreePlace, type ProjectFile } from './open-project-file.ts';
import { tellChange } from './project-guard.ts';
import { verifyCopy } from './verify-project.ts';

/**
 * Writes what the connection holds as a new project, with the adapters that lie beside it: every
 * stored row, also those whose log has lost its name. It has its name only once it is on disk and
 * verified. Throws FILE_EXISTS rather than replacing anything, and PROJECT_INVALID when the pages
 * do not fit together any more.
 */
export async function saveCopy(file: ProjectFile, target: string): Promise<void> {
  requireFreeProject(target);
  const folder = `${target}.d`;
  const part = `${target}.part`;
  try {
    closeSync(createSideFile(part));
    await copyPages({ db: file.db }, part);
    verifyCopy(part);
    refuseOrphans(part);
    await copyArtifacts(file.artifactsDir, folder);
    renameSync(part, target);
    await syncFolder(dirname(target));
  } catch (error) {
    for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(part + suffix, { force: true });
    throw isDamage(error) ? damaged(file, target, error.message) : error;
  }
}

/** Throws FILE_EXISTS unless neither a project nor the folder of one has the name. */
export function requireFreeProject(path: string): void {
  requireFreePlace(path);
  const folder = `${path}.d`;
  if (lstatSync(folder, { throwIfNoEntry: false }))
    throw new StoreError('FILE_EXISTS', `${folder} exists already: choose another name`, {
      path: folder,
    });
}

const isDamage = (error: unknown): error is Error =>
  /^(SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)|PROJECT_INVALID)/.test(errorCode(error));

function damaged(file: ProjectFile, target: string, how: string): StoreError {
  const { change } = file.guard ?? {};
  return new StoreError(
    'PROJECT_INVALID',
    `${change ? `${tellChange(change)} ` : ''}What is left of it does not fit together ` +
      `(${previewLine(how, 200)}), so ${target} was not written. Restore the project from a backup.`,
    { path: target },
  );
}

/** Pages that somebody wrote over or cut off are read as they are: a mixture of two files. */
function refuseOrphans(path: string): void {
  const copy = new Sqlite(path, { readonly: true });
  try {
    const orphans = all(copy, z.unknown(), 'PRAGMA foreign_key_check');
    if (orphans.length > 0)
      throw new StoreError(
        'PROJECT_INVALID',
        `${formatQuantity(orphans.length, 'reference')} to rows that are gone`,
      );
  } finally {
    copy.close();
  }
}

/** Links and whatever else is no file are left out: nobody put them there for us. */
async function copyArtifacts(from: string, to: string): Promise<void> {
  if (!lstatSync(from, { throwIfNoEntry: false })?.isDirectory()) return;
  await cp(from, to, {
    recursive: true,
    errorOnExist: true,
    force: false,
    mode: constants.COPYFILE_FICLONE,
    filter: (source) => {
      const found = lstatSync(source);
      return found.isDirectory() || found.isFile();
    },
  });
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true }))
    await (entry.isDirectory() ? syncFolder : syncFile)(join(entry.parentPath, entry.name));
  await syncFolder(to);
}

/** A name for what is saved of a project that nobody can store in any more. */
export function freeCopyName(folder: string, name: string): string {
  const path = (number: number) =>
    join(folder, `${name}-saved${number === 1 ? '' : `-${number}`}.lima`);
  let number = 1;
  while (existsSync(path(number)) || existsSync(`${path(number)}.d`)) number += 1;
  return path(number);
}
