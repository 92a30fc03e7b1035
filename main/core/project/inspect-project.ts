import { statSync } from 'node:fs';
import { inPlace, type ReadingPlace } from '../../store/file/reading-place.ts';
import { startInspector, type GuardedInspector } from '../files/guarded-engines.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import { AppError } from '../base/app-error.ts';
import { explainError } from '../base/explain-error.ts';

// A schema of ours takes milliseconds, one that computes something may never end.
const mostMs = { inspectProject: 5_000, inspectPages: 30_000 };
// Writing a copy anew: the slowest disks and the longest step of the schema.
const mostMsForMegabyte = 50;

/**
 * Checks a project file in a process of its own that is killed when it takes too long. A copy in
 * which it is to be read is recovered and brought to the newest schema.
 */
export async function inspect(
  path: GuardedPath,
  place: ReadingPlace = inPlace(path),
): Promise<void> {
  await using inspector = startInspector();
  // Starting is no fault of the file, however long it takes.
  await inspector.engine;
  const file = place.isCopy ? { path, copy: place.path } : { path };
  await within(mostMs.inspectProject, path, (limit) =>
    inspector.request('inspectProject', file, limit),
  );
  await within(mostMs.inspectPages, path, (limit) =>
    inspector.request('inspectPages', file, limit),
  );
  if (place.isCopy) await bringForward(inspector, path, place.path);
}

async function bringForward(
  inspector: GuardedInspector,
  path: GuardedPath,
  copy: string,
): Promise<void> {
  const megabytes = statSync(copy).size / 2 ** 20;
  await within(mostMs.inspectProject + mostMsForMegabyte * megabytes, path, (limit) =>
    inspector.request('bringCopyForward', { path, copy }, limit),
  );
}

interface Limit {
  signal: AbortSignal;
  cancelGraceMs: number;
}

async function within(
  ms: number,
  path: string,
  request: (limit: Limit) => Promise<unknown>,
): Promise<void> {
  const signal = AbortSignal.timeout(Math.round(ms));
  try {
    await request({ signal, cancelGraceMs: 500 });
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
