import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSideFolder, requireSideFile, requireSideFolder } from '../../side-files/side-file.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { AppError } from '../base/app-error.ts';
import { asGuarded, type GuardedPath } from './guarded-path.ts';
import { isInside } from './path-guard.ts';
import { isPlainName } from './path-problem.ts';

/** The folder beside a project file that its adapters lie in. */
export interface ArtifactFolder {
  readonly artifactsDir: string;
}

/**
 * The path of an artifact by its names, one inside the other. Names come out of the project file:
 * each is one plain component, and nothing on the way that is there already is a link. Asked
 * whenever a file is used, since it may have changed after the project was opened.
 */
export function artifactPath({ artifactsDir }: ArtifactFolder, ...names: string[]): GuardedPath {
  let path = artifactsDir;
  requireSideFolder(path);
  for (const [index, name] of names.entries()) {
    if (!isPlainName(name)) throw notPlain(artifactsDir, names);
    path = join(path, name);
    if (index < names.length - 1) requireSideFolder(path);
    else requireNoLink(path);
  }
  return asGuarded(path);
}

/** The same for a file as rows name it: relative to the folder, with slashes (or as Windows has it). */
export const artifactFile = (folder: ArtifactFolder, file: string): GuardedPath =>
  artifactPath(folder, ...file.split(/[\\/]/));

const notPlain = (folder: string, names: readonly string[]) =>
  new AppError(
    'PROJECT_INVALID',
    `The project names “${previewLine(names.join('/'), 200)}” as a file in ${folder}, which leads ` +
      'elsewhere. It was changed by another program: restore it from a backup. Nothing was touched.',
    { path: folder },
  );

function requireNoLink(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) requireSideFile(path);
}

/** Makes a folder for artifacts, and those that it lies in; never through a link. */
export function makeArtifactFolder(folder: ArtifactFolder, ...names: string[]): GuardedPath {
  if (!names.every(isPlainName)) throw notPlain(folder.artifactsDir, names);
  return asGuarded(makeSideFolder(folder.artifactsDir, ...names));
}

/** What a folder of artifacts holds; empty when it is not there. */
export const artifactNames = (folder: GuardedPath): string[] =>
  existsSync(folder) ? readdirSync(folder) : [];

/** Removes an artifact and everything in it; a link inside goes, not what it leads to. */
export const removeArtifact = (path: GuardedPath): Promise<void> =>
  rm(path, { recursive: true, force: true });

/** The size of an artifact, or `undefined` when it is no regular file. */
export function artifactSize(path: GuardedPath): number | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() ? found.size : undefined;
}

// A pipe would wait for a writer; a link that came after the check is refused here.
const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
const mostTextBytes = 1_000_000;

/** A small text among the artifacts; `undefined` when there is none, or it is not what it should be. */
export function artifactText(
  { artifactsDir }: ArtifactFolder,
  path: GuardedPath,
): string | undefined {
  try {
    const file = openSync(path, readOnly);
    try {
      const stats = fstatSync(file);
      if (!stats.isFile() || stats.size > mostTextBytes) return undefined;
      // Asked once it is open: what was opened is what lies there, or has no path in the folder.
      const isOurs = isInside(realpathSync(artifactsDir), realpathSync(path));
      return isOurs ? readFileSync(file, 'utf8') : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    // Missing, a link, a folder: whoever asks treats all of it as not written.
    return undefined;
  }
}
