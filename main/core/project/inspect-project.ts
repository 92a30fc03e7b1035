import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { inPlace, type ReadingPlace } from '../../store/file/reading-place.ts';
import type { ProjectContents } from '../../../shared/domain/project/project-contents.ts';
import {
  startInspector,
  type EngineFiles,
  type GuardedInspector,
} from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { projectToRead } from '../files/project-to-read.ts';
import { AppError } from '../base/app-error.ts';
import { explainError } from '../base/explain-error.ts';

// A schema of ours takes milliseconds, one that computes something may never end.
const mostMs = { inspectProject: 5_000, inspectPages: 30_000, readContents: 60_000 };
// Writing a copy anew: the slowest disks and the longest step of the schema.
const mostMsForMegabyte = 50;

/**
 * Checks a project file in a process of its own that is killed when it takes too long. Returns the
 * id that no other project has.
 */
export async function inspect(
  path: GuardedPath,
  place: ReadingPlace = inPlace(path),
): Promise<string | null> {
  using given = projectToRead(path, !place.isCopy);
  await using inspector = startInspector(filesAt(given, place));
  try {
    return await read(inspector, path, place);
  } catch (error) {
    given.discardLog();
    throw error;
  }
}

async function read(
  inspector: GuardedInspector,
  path: GuardedPath,
  place: ReadingPlace,
): Promise<string | null> {
  // Starting is no fault of the file, however long it takes.
  await inspector.engine;
  const file = fileAt(path, place);
  const { uuid } = await within(mostMs.inspectProject, path, (limit) =>
    inspector.request('inspectProject', file, limit),
  );
  await within(mostMs.inspectPages, path, (limit) =>
    inspector.request('inspectPages', file, limit),
  );
  return uuid;
}

/** A copy lies in a folder of its own, where SQLite may write. */
const filesAt = ({ reads, writes }: EngineFiles, place: ReadingPlace): EngineFiles =>
  place.isCopy ? { reads, writes: [dirname(place.path)] } : { reads, writes };

const fileAt = (path: GuardedPath, place: ReadingPlace) =>
  place.isCopy ? { path, copy: place.path } : { path };

/** Recovers an inspected copy and brings it to the newest schema, so that it can be read. */
export async function bringForward(path: GuardedPath, place: ReadingPlace): Promise<void> {
  const { path: copy } = place;
  using given = projectToRead(path, !place.isCopy);
  await using inspector = startInspector(filesAt(given, place));
  await inspector.engine;
  const megabytes = statSync(copy).size / 2 ** 20;
  await within(mostMs.inspectProject + mostMsForMegabyte * megabytes, path, (limit) =>
    inspector.request('bringCopyForward', { path, copy }, limit),
  );
}

/** What an inspected project holds, asked where reading a million rows holds nobody up. */
export async function readContents(
  path: GuardedPath,
  place: ReadingPlace,
): Promise<ProjectContents> {
  using given = projectToRead(path, !place.isCopy);
  await using inspector = startInspector(filesAt(given, place));
  await inspector.engine;
  return await within(mostMs.readContents, path, (limit) =>
    inspector.request('readContents', fileAt(path, place), limit),
  );
}

interface Limit {
  signal: AbortSignal;
  cancelGraceMs: number;
}

async function within<Result>(
  ms: number,
  path: string,
  request: (limit: Limit) => Promise<Result>,
): Promise<Result> {
  const signal = AbortSignal.timeout(Math.round(ms));
  try {
    return await request({ signal, cancelGraceMs: 500 });
  } catch (error) {
    if (explainError(error)?.code !== 'ENGINE_CRASHED' && !signal.aborted) throw error;
    const how = signal.aborted ? `took over ${Math.round(ms / 1000)} s` : 'crashed';
    throw new AppError(
      'PROJECT_INVALID',
      `${path} is not opened: reading it ${how}. It may be damaged; restore it from a backup.`,
      { path },
    );
  }
}
