import { lstatSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ComingFile } from '../../store/merge/merge-runs.ts';
import { AppError } from '../base/app-error.ts';
import { explainError } from '../base/explain-error.ts';
import {
  artifactFile,
  artifactNames,
  artifactPath,
  artifactSize,
  makeArtifactFolder,
  removeArtifact,
  type ArtifactFolder,
} from '../files/artifacts.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { copyFile, hashOfFile, type CopyProgress } from './copy-file.ts';

/** What became of the weights that belong to runs which come. */
export interface BroughtFiles {
  came: number;
  bytes: number;
  missing: { file: string; why: string }[];
}

// What the trainer writes, and what a merge puts beside it; nothing else is read from the folder.
const placePattern = /^runs\/[\w-]{1,64}\/epoch-\d{1,6}(-[0-9a-f]{8})?\/(adapter|model)\.gguf$/;

/**
 * Copies the weights of runs that come into the project's folder, each checked by its hash while it
 * is copied. One that is not there, or not what the project says, is named and left out: its run
 * comes all the same. They lie there before the project knows of them, so that a crash leaves
 * nothing but files too many.
 */
export async function bringFiles(
  files: readonly ComingFile[],
  folders: { from: string; to: string },
  { signal, onBytes }: { signal: AbortSignal; onBytes: (done: number, total: number) => void },
): Promise<BroughtFiles> {
  const brought: BroughtFiles = { came: 0, bytes: 0, missing: [] };
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let done = 0;
  for (const file of files) {
    const onPiece = (bytes: number) => onBytes((done += bytes), total);
    const why = await bring(file, folders, { signal, onBytes: onPiece });
    if (why === null) {
      brought.came += 1;
      brought.bytes += file.sizeBytes;
    } else brought.missing.push({ file: file.from.slice(0, 200), why });
  }
  return brought;
}

/** Brings one file; says why not when it cannot. */
async function bring(
  { from, to, sha256, sizeBytes }: ComingFile,
  folders: { from: string; to: string },
  progress: CopyProgress,
): Promise<string | null> {
  if (!placePattern.test(from) || !placePattern.test(to)) return 'its name is none of this program';
  try {
    const source = artifactFile({ artifactsDir: folders.from }, from);
    const target = artifactFile({ artifactsDir: folders.to }, to);
    // Brought by a merge that was undone, or that a crash ended.
    if (artifactSize(target) === sizeBytes && (await hashOfFile(target, progress)) === sha256)
      return null;
    const found = artifactSize(source);
    if (found === undefined) return `there is no ${source}`;
    if (found !== sizeBytes) return `it has ${found} bytes instead of ${sizeBytes}`;
    const folder = makeArtifactFolder({ artifactsDir: folders.to }, ...dirname(to).split('/'));
    const temporary = join(folder, `${basename(to)}.part`);
    const copied = await copyFile(source, temporary, progress);
    if (copied.sha256 !== sha256) {
      rmSync(temporary, { force: true });
      if (artifactNames(folder).length === 0) await removeArtifact(folder);
      return 'its SHA-256 is not the one of the run';
    }
    setAside(target);
    renameSync(temporary, target);
    return null;
  } catch (error) {
    progress.signal.throwIfAborted();
    const known = explainError(error);
    if (!known || known.code === 'DISK_FULL') throw error;
    return known.message;
  }
}

/** What lies in the place of weights that come and is something else: it keeps its bytes. */
function setAside(target: GuardedPath): void {
  if (artifactSize(target) === undefined) return;
  for (let number = 1; ; number += 1) {
    const aside = `${target}.aside-${number}`;
    if (lstatSync(aside, { throwIfNoEntry: false })) continue;
    renameSync(target, aside);
    return;
  }
}

/**
 * Removes weights that a merge brought, once no row of the project names them any more: a crash
 * before leaves nothing but files too many. Returns how many there were.
 */
export async function removeBrought(
  folder: ArtifactFolder,
  files: readonly string[],
): Promise<number> {
  let removed = 0;
  for (const file of files) {
    const names = file.split('/');
    if (!placePattern.test(file) || artifactSize(artifactPath(folder, ...names)) === undefined)
      continue;
    await removeArtifact(artifactPath(folder, ...names));
    removed += 1;
    // The folders of its epoch and run go with it, unless something else lies in them.
    for (const depth of [3, 2]) {
      const parent = artifactPath(folder, ...names.slice(0, depth));
      if (artifactNames(parent).length === 0) await removeArtifact(parent);
    }
  }
  return removed;
}

/** Throws INVALID_INPUT when both projects are one file. */
export function requireTwoFiles(own: string, other: string): void {
  const [a, b] = [own, other].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (own === other || (a !== undefined && a.ino === b?.ino && a.dev === b.dev))
    throw new AppError(
      'INVALID_INPUT',
      `${other} is the open project itself: choose another copy`,
      {
        path: other,
      },
    );
}
