import { closeSync, constants, lstatSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { createSideFile } from '../../side-files/side-file.ts';
import { all } from '../database.ts';
import { StoreError, errorCode } from '../store-error.ts';
import { distrustContent } from './connection.ts';
import { removeHalfMade, requireFreePlace, type ProjectFile } from './open-project-file.ts';
import { tellChange } from './project-guard.ts';

// Between two pieces the event loop turns: 4 MB of the usual pages.
const pagesAtOnce = 1000;

/**
 * Writes what the connection holds as a new project, with the adapters that lie beside it: every
 * stored row, also those whose log has lost its name. Throws FILE_EXISTS rather than replacing
 * anything, and PROJECT_INVALID when the pages do not fit together any more.
 */
export async function saveCopy(file: ProjectFile, target: string): Promise<void> {
  requireFreePlace(target);
  const folder = `${target}.d`;
  if (lstatSync(folder, { throwIfNoEntry: false }))
    throw new StoreError('FILE_EXISTS', `${folder} exists already: choose another name`, {
      path: folder,
    });
  try {
    closeSync(createSideFile(target));
    await file.db.backup(target, { progress: () => pagesAtOnce });
    refuseMixture(file, target);
    await copyArtifacts(file.artifactsDir, folder);
  } catch (error) {
    removeHalfMade(target);
    throw isDamage(error) ? damaged(file, target, error.message) : error;
  }
}

const isDamage = (error: unknown): error is Error =>
  /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(errorCode(error));

function damaged(file: ProjectFile, target: string, how: string): StoreError {
  const change = file.guard?.change;
  return new StoreError(
    'PROJECT_INVALID',
    `${change ? `${tellChange(change)} ` : ''}What is left of it does not fit together ` +
      `(${previewLine(how, 200)}), so ${target} was not written. Restore the project from a backup.`,
    { path: target },
  );
}

const checkRow = z.object({ integrity_check: z.string() });

/** Pages that somebody wrote over or cut off are read as they are: a mixture of two files. */
function refuseMixture(file: ProjectFile, target: string): void {
  const copy = new Sqlite(target, { readonly: true });
  try {
    distrustContent(copy);
    const how = all(copy, checkRow, 'PRAGMA integrity_check(1)')[0]?.integrity_check;
    if (how !== 'ok') throw damaged(file, target, how ?? '');
    const orphans = all(copy, z.unknown(), 'PRAGMA foreign_key_check');
    if (orphans.length > 0) throw damaged(file, target, 'rows are missing');
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
}
