import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { syncFolder } from '../../side-files/sync-folder.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';

/**
 * Makes a folder appear by one rename, after `fill` wrote its files (synced by itself) under
 * `<path>.partial`: a killed process leaves complete folders only. A folder that is there is
 * replaced. Throws DISK_FULL or CHECKPOINT_FAILED and leaves no partial folder then.
 */
export async function writeFolder<Result>(
  path: string,
  fill: (partialPath: string) => Promise<Result>,
): Promise<Result> {
  const partialPath = `${path}.partial`;
  try {
    await rm(partialPath, { recursive: true, force: true });
    await mkdir(partialPath);
    const result = await fill(partialPath);
    await syncFolder(partialPath);
    await moveIntoPlace(partialPath, path);
    await syncFolder(dirname(path));
    return result;
  } catch (error) {
    await rm(partialPath, { recursive: true, force: true });
    throw toCheckpointError(path, error);
  }
}

/**
 * Clears up what a killed process left in a folder of such folders: half-written ones go, and one
 * that was moved out of the way of a newer one, which then never came, goes back to its place.
 */
export async function clearLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, kept = '', ending] = /^((?:epoch|resume)-\d+)\.(partial|replaced)$/.exec(name) ?? [];
    if (ending === 'replaced' && !existsSync(join(parent, kept)))
      await rename(join(parent, name), join(parent, kept));
    else if (ending !== undefined) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** A run that repeats steps after a crash may come to an epoch that was saved before. */
async function moveIntoPlace(partialPath: string, path: string): Promise<void> {
  const replacedPath = `${path}.replaced`;
  await rm(replacedPath, { recursive: true, force: true });
  if (existsSync(path)) await rename(path, replacedPath);
  await rename(partialPath, path);
  await rm(replacedPath, { recursive: true, force: true });
}

function toCheckpointError(path: string, error: unknown): TrainerError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  // EFBIG: a quota or a file system with small files, which to a person is the same.
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new TrainerError(
      'DISK_FULL',
      `There is no space left to write ${path}. What was saved before is complete; free some ` +
        `space and resume the run.`,
      { path },
    );
  const reason = error instanceof Error ? error.message : String(error);
  return new TrainerError(
    'CHECKPOINT_FAILED',
    `The checkpoint ${path} could not be written: ${reason}. What was saved before is complete.`,
    { path },
  );
}

/** Writes a new file that survives a power cut once this resolved; fails if it is there. */
export async function writeSynced(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
