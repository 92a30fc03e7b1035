import { readlinkSync } from 'node:fs';
import nodePath, { type PlatformPath } from 'node:path';
import { modelPartPaths } from '../../../shared/domain/model/model-parts.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { AppError } from '../base/app-error.ts';
import {
  asGuarded,
  asGuardedPaths,
  isPathName,
  type GuardedPath,
  type WithGuardedPaths,
} from './guarded-path.ts';
import { localDisks } from './local-disks.ts';
import { pathProblem } from './path-problem.ts';
import { places, SilentPlace, type PlaceWait } from './places.ts';

const maxLinks = 40;

/** What following a path needs: `path.win32` and made-up links in tests. */
export interface PathSystem {
  paths: PlatformPath;
  /** Where a link leads, or `undefined` for anything else; follows nothing. */
  linkTarget: (path: string) => string | undefined;
}

const thisSystem: PathSystem = {
  paths: nodePath,
  linkTarget: (path) => {
    try {
      return readlinkSync(path);
    } catch {
      // No link, or nothing there at all.
      return undefined;
    }
  },
};

/**
 * Resolves symbolic links one after the other, also one to a file that does not exist yet: writing
 * would follow it. No link is followed before its target was looked at. Yields each path that is to
 * be asked for its target.
 */
function* resolving(
  path: string,
  paths: PlatformPath,
): Generator<string, string, string | undefined> {
  const { root } = paths.parse(path);
  let real = root;
  let left = namesOf(path, paths);
  for (let links = 0; left.length > 0;) {
    const [name = '', ...rest] = left;
    const next = paths.join(real, name);
    const target = yield next;
    if (target === undefined) {
      real = next;
      left = rest;
      continue;
    }
    links += 1;
    if (links > maxLinks)
      throw new AppError('FILE_UNREADABLE', `${path} is a symbolic link that leads to itself`, {
        path,
      });
    refuseProblem(target, paths, `${next} is a link, and where it leads is not followed. `);
    const leads = paths.resolve(real, target);
    real = paths.parse(leads).root;
    left = [...namesOf(leads, paths), ...rest];
  }
  return real;
}

function realPath(path: string, { paths, linkTarget }: PathSystem): string {
  const steps = resolving(path, paths);
  let step = steps.next();
  while (!step.done) step = steps.next(linkTarget(step.value));
  return step.value;
}

const namesOf = (path: string, paths: PlatformPath) =>
  path.slice(paths.parse(path).root.length).split(paths.sep).filter(Boolean);

function refuseProblem(path: string, paths: PlatformPath, before = ''): void {
  const problem = pathProblem(path, paths);
  if (problem !== undefined)
    throw new AppError('INVALID_INPUT', `${before}${problem}: ${previewLine(path, 200)}`, {
      path: path.slice(0, 1000),
    });
}

/** Keeps file access inside the configured folders, links followed first. */
export class PathGuard {
  readonly roots: readonly string[] | null;
  readonly #ownFolders: readonly string[];
  readonly #system: PathSystem;

  /** `ownFolders` are the program's: they may be used as well, and are no choice of a person's. */
  constructor(
    roots: readonly string[] | null,
    system: PathSystem = thisSystem,
    ownFolders: readonly string[] = [],
  ) {
    this.#system = system;
    const real = (folder: string) => realPath(system.paths.resolve(folder), system);
    this.roots = roots?.map(real) ?? null;
    this.#ownFolders = ownFolders.map(real);
  }

  /** The absolute path, or PATH_FORBIDDEN when it leads outside every root. */
  check(path: string): GuardedPath {
    return this.#guard(path).absolute;
  }

  /** What `check` lets through, with every link in it resolved. */
  real(path: string): GuardedPath {
    return asGuarded(this.#guard(path).real);
  }

  /**
   * Asks whether a path answers, with every link on the way to it: throws `SilentPlace` when it does
   * not. To be waited for before anything else looks at a path that a person or a project names;
   * whether it may be used at all is what `check` says then.
   */
  async reach(path: string, wait?: PlaceWait): Promise<void> {
    try {
      await this.#follow(path, wait);
    } catch (error) {
      if (error instanceof SilentPlace || wait?.signal?.aborted) throw error;
      // Whatever else it is, whoever uses the path is told by `check` or by the system.
    }
  }

  /** The same for each path of a value, by the names of its properties. */
  async reachAll(value: unknown, wait?: PlaceWait): Promise<void> {
    await Promise.all(pathsIn(value).map((path) => this.reach(path, wait)));
  }

  async #follow(path: string, wait: PlaceWait | undefined): Promise<void> {
    const absolute = this.#system.paths.resolve(path);
    refuseProblem(absolute, this.#system.paths);
    for (const part of modelPartPaths(absolute)) await this.#followOne(part, wait);
  }

  async #followOne(absolute: string, wait: PlaceWait | undefined): Promise<void> {
    const { paths } = this.#system;
    const isLocal = localDisks();
    const steps = resolving(absolute, paths);
    let step = steps.next();
    while (!step.done) {
      const next = step.value;
      step = steps.next(
        isLocal(next) ? this.#system.linkTarget(next) : await places.link(next, wait),
      );
    }
    // What nobody may use is not looked at.
    if (!isLocal(step.value) && this.#allows(step.value)) await places.look(step.value, wait);
  }

  /** Where a path leads, be it inside a root or not: to compare with, never to open. */
  resolved(path: string): string {
    const { paths } = this.#system;
    const absolute = paths.resolve(path);
    refuseProblem(absolute, paths);
    return realPath(absolute, this.#system);
  }

  /**
   * The same for a path that a project file holds: nobody resolved it against a folder of this
   * process, so one that is not absolute here (as of another system) is INVALID_INPUT.
   */
  checkStored(path: string): GuardedPath {
    this.requireOfThisSystem(path);
    return this.check(path);
  }

  /** What `checkStored` says of the words of a path alone: nothing is looked at. */
  requireOfThisSystem(path: string): void {
    const { paths } = this.#system;
    refuseProblem(path, paths);
    if (!paths.isAbsolute(path))
      throw new AppError(
        'INVALID_INPUT',
        `“${previewLine(path, 200)}” is no path of this system: the project was used on another. ` +
          'Show where the file is on this machine.',
        { path: path.slice(0, 1000) },
      );
  }

  /** A stored payload with every path in it checked: the handler of a job gets no other. */
  checkPaths<Payload extends object>(payload: Payload): WithGuardedPaths<Payload> {
    const entries = Object.entries(payload).map(([name, value]: [string, unknown]) => [
      name,
      isPathName(name) && typeof value === 'string' ? this.checkStored(value) : value,
    ]);
    return asGuardedPaths<Payload>(Object.fromEntries(entries));
  }

  /** The same once each of them answers. */
  async reachedPaths<Payload extends object>(
    payload: Payload,
    wait: PlaceWait,
  ): Promise<WithGuardedPaths<Payload>> {
    await this.reachAll(payload, wait);
    return this.checkPaths(payload);
  }

  /** With one part of a split model all are let through, so each of them is looked at. */
  #guard(path: string): { absolute: GuardedPath; real: string } {
    const { paths } = this.#system;
    refuseProblem(path, paths);
    const absolute = paths.resolve(path);
    refuseProblem(absolute, paths);
    const others = modelPartPaths(absolute).filter((part) => part !== absolute);
    for (const other of others) this.#requireAllowed(other);
    return { absolute: asGuarded(absolute), real: this.#requireAllowed(absolute) };
  }

  /** Where a path leads, which lies inside the roots. */
  #requireAllowed(absolute: string): string {
    const real = realPath(absolute, this.#system);
    if (!this.#allows(real))
      throw new AppError(
        'PATH_FORBIDDEN',
        `${previewLine(absolute, 1000)} is outside the folders this server may use ` +
          `(${this.roots?.join(', ')}). Start it with --root to allow another folder.`,
        { path: absolute },
      );
    return real;
  }

  #allows(real: string): boolean {
    const allowed = this.roots && [...this.roots, ...this.#ownFolders];
    return !allowed || allowed.some((root) => isInside(root, real, this.#system.paths));
  }
}

/** Every path in what a call or a job was given; none of them lies deeper. */
const pathsIn = (value: unknown): string[] =>
  Object.entries(value ?? {}).flatMap(([name, inner]: [string, unknown]) =>
    isPathName(name) && typeof inner === 'string' && inner !== '' ? [inner] : [],
  );

/** True for a folder itself and for everything below it; compares names as the system does. */
export function isInside(root: string, path: string, paths: PlatformPath = nodePath): boolean {
  const way = paths.relative(root, path);
  return (
    way === '' || (!way.startsWith(`..${paths.sep}`) && way !== '..' && !paths.isAbsolute(way))
  );
}
