import { constants, existsSync, renameSync, rmSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { requireOwnFile, requireSideFile } from '../../side-files/side-file.ts';
import { syncFolder } from '../../side-files/sync-folder.ts';
import { nextBackupPath } from './backup-list.ts';

const exclusively = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
/** What SQLite keeps beside a file, and may hold what the file does not yet. */
const journals = ['-wal', '-journal'];

/**
 * Keeps a project that nothing can read any more as it is, with its log, so that replacing it loses
 * nothing of it. Returns where it is kept.
 */
export async function keepDamagedProject(projectPath: string, folder: string): Promise<string> {
  const path = nextBackupPath(folder, 'damaged');
  // The file gets its name last: what has one is whole.
  const found = [...journals, ''].filter((suffix) => existsSync(projectPath + suffix));
  for (const suffix of found) {
    requireOwnFile(projectPath + suffix);
    await copyDurably(projectPath + suffix, `${path}.part${suffix}`);
  }
  for (const suffix of found) renameSync(`${path}.part${suffix}`, path + suffix);
  await syncFolder(folder);
  // The folder itself may be new.
  await syncFolder(dirname(folder));
  return path;
}

/**
 * Puts a copy of `source` in the place of a project that nobody has open, by a rename: at any
 * moment there is the one or the other. `verify` reads all of the copy first.
 */
export async function replaceProject(
  projectPath: string,
  source: string,
  verify: (path: string) => Promise<void>,
): Promise<void> {
  const part = `${projectPath}.restore.part`;
  requireSideFile(part);
  rmSync(part, { force: true });
  try {
    await copyDurably(source, part);
    await verify(part);
    // The log of what was there would be replayed into the file that takes its place.
    for (const suffix of [...journals, '-shm', '.lock'])
      rmSync(projectPath + suffix, { force: true });
    await syncFolder(dirname(projectPath));
    renameSync(part, projectPath);
    await syncFolder(dirname(projectPath));
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

async function copyDurably(source: string, target: string): Promise<void> {
  await copyFile(source, target, exclusively);
  await using file = await open(target, 'r+');
  await file.sync();
}
