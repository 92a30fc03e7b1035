import { basename } from 'node:path';
import type { JobPayload, JobResult } from '../../../shared/contract/job-kinds.ts';
import type { ScannedDump } from '../../../shared/domain/selection/candidate.ts';
import { groupOfSite, type SiteGroup } from '../../../shared/domain/selection/site-groups.ts';
import type { JobSnapshot } from '../../../shared/domain/job.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { AppError } from '../base/app-error.ts';
import { runWorker, workerBeside } from '../base/run-worker.ts';
import type { GuardedPath } from '../files/guarded-path.ts';
import type { JobContext, JobHandler } from '../jobs/job-handler.ts';
import type { CoreState } from '../project/core-state.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { findDumps, lookAtDump, type DumpFile } from './scan/find-dumps.ts';
import type { ScanRequest } from './scan/scan-dump.ts';
import type { FromScanWorker } from './scan/scan-worker.ts';
import { forgetSite, newScanPath, scansFolder, storedScans } from './scan/scanned-dumps.ts';

const workerUrl = workerBeside(import.meta.url, 'scan/scan-worker');
type Done = Extract<FromScanWorker, { kind: 'done' }>;

/** Queues a scan of files and of the dumps in folders. */
export async function startScan(
  state: CoreState,
  session: ProjectSession,
  { dumps, isFresh }: JobPayload<'scan'>,
): Promise<JobSnapshot> {
  const named = dumps.map(({ path }) => state.paths.check(path));
  const paths = (await findDumps(named)).map((path) => ({ path: state.paths.check(path) }));
  const [first] = paths;
  const what =
    first && paths.length === 1 ? basename(first.path) : formatQuantity(paths.length, 'dump');
  return session.jobs.start({
    kind: 'scan',
    title: `Scan ${what}`,
    subjectId: null,
    payload: { dumps: paths, isFresh },
  });
}

/** Scans go on where they were stopped, file by file: what has not changed is not read again. */
export function scanJob(session: ProjectSession, state: CoreState): JobHandler<'scan'> {
  return {
    kind: 'scan',
    resource: 'disk',
    execute: async ({ dumps, isFresh }, context) => {
      const folder = scansFolder(state, session);
      const scan = new Scan(
        folder,
        dumps.map(({ path }) => path),
        context,
      );
      const report = await scan.run(isFresh);
      session.changes.touch('scans');
      return report;
    },
  };
}

/** What was scanned for this project, with the group that a site belongs to unless a recipe says another. */
export function listScans(
  state: CoreState,
  session: ProjectSession,
): (ScannedDump & { group: SiteGroup })[] {
  return storedScans(scansFolder(state, session)).map(({ dump }) => ({
    ...dump,
    group: groupOfSite(dump.site),
  }));
}

/** Forgets the scan of a site. */
export function forgetScan(state: CoreState, session: ProjectSession, site: string): void {
  if (!forgetSite(scansFolder(state, session), site))
    throw new AppError('NOT_FOUND', `No dump of ${site} was scanned`, { what: 'scan', id: site });
  session.changes.touch('scans');
}

/** One go through dumps, a file after the other. */
class Scan {
  readonly #folder: string;
  readonly #paths: readonly GuardedPath[];
  readonly #context: JobContext;
  readonly #report: JobResult<'scan'> = { scanned: [], unchanged: [], refused: [] };
  #totalBytes = 0;
  #doneBytes = 0;

  constructor(folder: string, paths: readonly GuardedPath[], context: JobContext) {
    this.#folder = folder;
    this.#paths = paths;
    this.#context = context;
  }

  async run(isFresh: boolean): Promise<JobResult<'scan'>> {
    const known = isFresh ? [] : storedScans(this.#folder).map(({ dump }) => dump);
    const wanted: DumpFile<GuardedPath>[] = [];
    for (const path of this.#paths) {
      const file = await this.#look(path);
      if (!file) continue;
      if (known.some((dump) => isSame(dump, file))) this.#report.unchanged.push(path);
      else wanted.push(file);
    }
    this.#totalBytes = wanted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    for (const file of wanted) {
      await this.#scan(file.path, file.modifiedMs);
      this.#doneBytes += file.sizeBytes;
    }
    return this.#outcome();
  }

  async #look(path: GuardedPath) {
    try {
      return await lookAtDump(path);
    } catch (error) {
      this.#refuse(path, error);
      return undefined;
    }
  }

  async #scan(path: GuardedPath, modifiedMs: number): Promise<void> {
    const { signal } = this.#context;
    const outPath = newScanPath(this.#folder, path);
    const request: ScanRequest = { path, modifiedMs, outPath };
    const onStep = (_: string, done: number) =>
      this.#context.report({
        phase: 'scanning',
        done: this.#doneBytes + done,
        total: this.#totalBytes,
        unit: 'bytes',
        detail: basename(path),
      });
    try {
      const { dump } = await runWorker<Done>(workerUrl, request, { signal, onStep });
      this.#report.scanned.push(dump);
    } catch (error) {
      signal.throwIfAborted();
      this.#refuse(path, error);
    }
  }

  #refuse(path: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#report.refused.push({ path, message });
  }

  /** A scan of which nothing came is a failure. */
  #outcome(): JobResult<'scan'> {
    const { scanned, unchanged, refused } = this.#report;
    const [first] = refused;
    if (first && scanned.length + unchanged.length === 0)
      throw new AppError('FILE_UNREADABLE', first.message, { path: first.path });
    return this.#report;
  }
}

const isSame = (dump: ScannedDump, file: DumpFile): boolean =>
  dump.path === file.path &&
  dump.sizeBytes === file.sizeBytes &&
  dump.modifiedMs === file.modifiedMs;
