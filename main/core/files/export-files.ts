import { randomBytes } from 'node:crypto';
import { linkSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../../store/store-error.ts';
import { AppError } from '../base/app-error.ts';
import { StoredList } from '../base/stored-list.ts';
import { asExportPath, type ExportPath } from './guarded-path.ts';
import type { PathGuard } from './path-guard.ts';
import {
  isSameFile,
  protectedByContent,
  protectedByName,
  type FileIdentity,
  type ProtectedPlaces,
} from './protected-places.ts';

/** What an export asks for beside its path. */
interface ExportWish {
  /** A person agreed to replace what is there. */
  overwrite: boolean;
  /** What the open project adds to what is protected. */
  project?: Pick<ProtectedPlaces, 'projectPaths' | 'modelPaths' | 'silentPaths'>;
}

const formerExport = z.object({
  path: z.string(),
  dev: z.number(),
  ino: z.number(),
  size: z.number(),
  mtimeMs: z.number(),
});

/**
 * Where exports go: the one place that decides whether a file may be written where a person points,
 * and that writes it. Every file appears whole, by a rename, or not at all.
 */
export class ExportFiles {
  readonly #paths: PathGuard;
  readonly #userDataDir: string;
  readonly #former: StoredList<z.infer<typeof formerExport>>;

  constructor(paths: PathGuard, userDataDir: string) {
    this.#paths = paths;
    this.#userDataDir = userDataDir;
    // Kept with the person's settings: a project file could claim any file as an export of its own.
    this.#former = new StoredList(join(userDataDir, 'exports.json'), {
      schema: formerExport,
      subjectOf: ({ path }) => path,
      most: 1000,
    });
  }

  /** The path of a file or folder that is not there yet; FILE_EXISTS otherwise. */
  decideNew(requested: string, project?: ExportWish['project']): ExportPath {
    const { path } = this.#place(requested, this.#places(project));
    if (lstatSync(path, { throwIfNoEntry: false }))
      throw new AppError(
        'FILE_EXISTS',
        `${path} is there already, and a model replaces nothing: choose another name, or remove it first`,
        { path },
      );
    return path;
  }

  /** The path of a new project: it is not inside another one, nor among the settings. */
  decideProject(requested: string): ExportPath {
    const path = this.#paths.check(requested);
    const folder = join(this.#paths.real(dirname(path)), 'new');
    refuse(path, protectedByName(folder, this.#places(undefined)));
    return asExportPath(path);
  }

  /** A place beside that of a new project, which gets its name once it is whole. */
  startProject(requested: string): ExportDraft {
    return new ExportDraft(this.decideProject(requested), undefined, undefined, () => undefined);
  }

  /**
   * Starts writing a file, beside the place where it will be. INVALID_INPUT for what belongs to a
   * project or is a model, FILE_EXISTS (`canReplace`) for a file that no export wrote, unless a
   * person agreed.
   */
  async start(requested: string, wish: ExportWish): Promise<ExportDraft> {
    const { path, replaced } = this.#decide(requested, wish);
    return await ExportDraft.open(path, replaced, (written) => this.#remember(written));
  }

  /** A place beside the export's own that another process fills with a file or a folder. */
  startElsewhere(requested: string, project: ExportWish['project']): ExportDraft {
    const path = this.decideNew(requested, project);
    return new ExportDraft(path, undefined, undefined, (written) => this.#remember(written));
  }

  #places(project: ExportWish['project']): ProtectedPlaces {
    const userDataDir = this.#paths.resolved(this.#userDataDir);
    const { projectPaths = [], modelPaths = [], silentPaths = [] } = project ?? {};
    const answering = modelPaths.filter((path) => !silentPaths.includes(path));
    return {
      userDataDir,
      projectPaths: bothNames(projectPaths, this.#paths),
      modelPaths: [...bothNames(answering, this.#paths), ...silentPaths],
      silentPaths,
    };
  }

  /** A place by its names: where it lies, and, in case it is a link that is replaced, where it leads. */
  #place(requested: string, places: ProtectedPlaces): { path: ExportPath; leads: string } {
    const path = this.#paths.check(requested);
    const folder = this.#paths.real(dirname(path));
    const leads = this.#paths.real(path);
    for (const name of new Set([path, join(folder, basename(path)), leads]))
      refuse(path, protectedByName(name, places));
    if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory())
      throw new AppError('FILE_NOT_FOUND', `There is no folder ${dirname(path)}: make it first`, {
        path: dirname(path),
      });
    return { path: asExportPath(path), leads };
  }

  #decide(
    requested: string,
    { overwrite, project }: ExportWish,
  ): { path: ExportPath; replaced: FileIdentity | undefined } {
    const places = this.#places(project);
    const { path, leads } = this.#place(requested, places);
    const replaced = lstatSync(path, { throwIfNoEntry: false });
    if (!replaced) return { path, replaced: undefined };
    const file = lstatSync(leads, { throwIfNoEntry: false });
    refuse(path, kindProblem(file ?? replaced));
    if (file) refuse(path, contentProblem(leads, file, places));
    if (!overwrite && !this.#isFormer(path, replaced)) throw existing(path);
    return { path, replaced };
  }

  #isFormer(path: string, found: FileIdentity): boolean {
    const former = this.#former.all().find((entry) => entry.path === path);
    return (
      former !== undefined &&
      isSameFile(former, found) &&
      former.size === found.size &&
      former.mtimeMs === found.mtimeMs
    );
  }

  #remember(path: string): void {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found?.isFile()) return;
    const { dev, ino, size, mtimeMs } = found;
    try {
      this.#former.add({ path, dev, ino, size, mtimeMs });
    } catch {
      // A full or read-only home: the next export over this one asks, and that is all.
    }
  }
}

/** The name that was given and the file behind it, so that neither spelling is forgotten. */
const bothNames = (names: readonly string[], paths: PathGuard): string[] =>
  names.flatMap((name) => {
    try {
      return [name, paths.resolved(name)];
    } catch (error) {
      // A row names a place that is not even looked at: then nothing can be written there either.
      if (error instanceof AppError) return [name];
      throw error;
    }
  });

function refuse(path: string, problem: string | undefined): void {
  if (problem !== undefined)
    throw new AppError(
      'INVALID_INPUT',
      `${path} ${problem}: choose another file to write to. It was not touched.`,
      { path },
    );
}

function kindProblem(found: ReturnType<typeof lstatSync>): string | undefined {
  if (!found || found.isFile() || found.isSymbolicLink()) return undefined;
  return found.isDirectory() ? 'is a folder' : 'is a pipe, socket or device';
}

function contentProblem(
  path: string,
  file: FileIdentity & { isFile(): boolean },
  places: ProtectedPlaces,
): string | undefined {
  if (!file.isFile()) return undefined;
  try {
    return protectedByContent(path, file, places);
  } catch (error) {
    return `cannot be read (${errorCode(error)}), so nobody knows what would be replaced`;
  }
}

const existing = (path: string) =>
  new AppError(
    'FILE_EXISTS',
    `${path} is there already, and no export wrote it: say that it may be replaced, or choose another name`,
    { path, canReplace: true },
  );

// Of one length whatever the export is called, and new each time: nothing of that name is cleared.
const draftName = () => `.lima-export-${randomBytes(8).toString('hex')}.part`;

/** A file that is being written: it takes its place when it is complete, or goes. */
export class ExportDraft implements AsyncDisposable {
  /** Where it will be. */
  readonly path: ExportPath;
  /** Where it is written. */
  readonly draftPath: ExportPath;
  readonly #replaced: FileIdentity | undefined;
  readonly #onPlaced: (path: string) => void;
  readonly #file: FileHandle | undefined;
  #isOver = false;

  constructor(
    path: ExportPath,
    replaced: FileIdentity | undefined,
    opened: { file: FileHandle; draftPath: ExportPath } | undefined,
    onPlaced: (path: string) => void,
  ) {
    this.path = path;
    this.draftPath = opened?.draftPath ?? asExportPath(join(dirname(path), draftName()));
    this.#file = opened?.file;
    this.#replaced = replaced;
    this.#onPlaced = onPlaced;
  }

  /** Makes the file to write to. */
  static async open(
    path: ExportPath,
    replaced: FileIdentity | undefined,
    onPlaced: (path: string) => void,
  ): Promise<ExportDraft> {
    const draftPath = asExportPath(join(dirname(path), draftName()));
    try {
      const file = await open(draftPath, 'wx');
      return new ExportDraft(path, replaced, { file, draftPath }, onPlaced);
    } catch (error) {
      if (!['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error))) throw error;
      throw new AppError(
        'FILE_UNREADABLE',
        `${dirname(path)} cannot be written to (${errorCode(error)}): choose another folder`,
        { path },
      );
    }
  }

  /** The file to write to; only where `start` made one. */
  get file(): FileHandle {
    if (!this.#file) throw new Error(`${this.draftPath} is written by another process`);
    return this.#file;
  }

  /** Puts what was written in its place; FILE_EXISTS when something else came there meanwhile. */
  async place(): Promise<void> {
    if (this.#file) {
      await this.#file.sync();
      await this.#file.close();
    }
    if (this.#replaced) this.#replace(this.#replaced);
    else placeNew(this.draftPath, this.path);
    this.#isOver = true;
    this.#onPlaced(this.path);
  }

  /** Keeps what was written beside the place, under a name that says so, and returns that. */
  async keepAside(): Promise<string> {
    await this.#file?.close();
    const kept = join(dirname(this.path), `${basename(this.path)}.stopped-${Date.now()}`);
    await rename(this.draftPath, kept);
    this.#isOver = true;
    return kept;
  }

  /** True when a file was there that this one is to replace. */
  get replaces(): boolean {
    return this.#replaced !== undefined;
  }

  #replace(replaced: FileIdentity): void {
    const found = lstatSync(this.path, { throwIfNoEntry: false });
    if (found && !isSameFile(found, replaced)) throw existing(this.path);
    renameSync(this.draftPath, this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    await this.#file?.close().catch(() => undefined);
    await rm(this.draftPath, { recursive: true, force: true });
  }
}

const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK']);

/** Gives a file its name unless that is taken by now, which a rename alone does not tell. */
function placeNew(from: string, to: string): void {
  try {
    linkSync(from, to);
    rmSync(from);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') throw existing(to);
    // A folder, or a file system without hard links.
    if (!withoutLinks.has(errorCode(error))) throw error;
    if (lstatSync(to, { throwIfNoEntry: false })) throw existing(to);
    renameSync(from, to);
  }
}
