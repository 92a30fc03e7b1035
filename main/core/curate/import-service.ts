import { basename } from 'node:path';
import type { ImportReport } from '../../../shared/contract/curate.ts';
import type { JobPayload } from '../../../shared/contract/job-kinds.ts';
import type { JobSnapshot } from '../../../shared/domain/job.ts';
import { formatBytes, formatCount } from '../../../shared/text/numbers.ts';
import { joinFacts } from '../../../shared/text/progress.ts';
import { addSamples, hasOrigin, type NewSample } from '../../store/repositories/samples.ts';
import type { CoreState } from '../project/core-state.ts';
import type { GuardedPayload, JobContext, JobHandler } from '../jobs/job-handler.ts';
import type { ProjectSession } from '../project/project-session.ts';
import { sampleContentHash } from '../../store/content-hash.ts';
import type { ImportCounts } from './import/import-file.ts';
import type { BadLine, ParsedSample } from './import/sample/parsed-sample.ts';
import { runImport } from './import/run-import.ts';

const keptErrors = 1000;

type ImportPayload = GuardedPayload<'import'>;

/** Queues an import of one file. */
export function startImport(
  state: CoreState,
  session: ProjectSession,
  input: Omit<JobPayload<'import'>, 'author'>,
): JobSnapshot {
  const path = state.paths.check(input.path);
  return session.jobs.start({
    kind: 'import',
    title: `${input.dryRun ? 'Check' : 'Import'} ${basename(path)}`,
    subjectId: null,
    payload: { ...input, path, author: state.settings.author },
  });
}

/** Imports are resumable: what was stored already counts as duplicate the second time. */
export function importJob(session: ProjectSession): JobHandler<'import'> {
  return {
    kind: 'import',
    resource: 'disk',
    execute: (payload, context) => importFile(session, payload, context),
  };
}

async function importFile(
  session: ProjectSession,
  payload: ImportPayload,
  context: JobContext,
): Promise<ImportReport> {
  const tally = new ImportTally();
  const counts = await runImport(
    {
      path: payload.path,
      format: payload.format,
      ...(payload.source && { source: payload.source }),
    },
    {
      signal: context.signal,
      onBadLine: (bad) => tally.addError(bad),
      onProgress: ({ fraction, totalBytes, unpackedBytes, read }) =>
        context.report({
          phase: payload.dryRun ? 'checking' : 'importing',
          done: Math.round(fraction * totalBytes),
          total: totalBytes,
          unit: 'bytes',
          detail: joinFacts([
            `${formatCount(read)} read, ${formatCount(tally.added)} added`,
            unpackedBytes === undefined ? '' : `${formatBytes(unpackedBytes)} unpacked`,
          ]),
        }),
      onBatch: async (samples) => {
        tally.addBatch(samples.length, storeBatch(session, payload, samples));
        if (!payload.dryRun) session.changes.touch('samples', 'project');
      },
    },
  );
  return tally.report(counts);
}

/** Stores a batch, or only counts it in a dry run; returns how many are new. */
function storeBatch(
  session: ProjectSession,
  payload: ImportPayload,
  samples: readonly ParsedSample[],
): number {
  const fresh: NewSample[] = samples.map((sample) => ({
    ...sample,
    originHash: sampleContentHash(sample.messages),
  }));
  if (!payload.dryRun) return addSamples(session.file.db, fresh, payload.author);
  return fresh.filter((sample) => !hasOrigin(session.file.db, sample.originHash)).length;
}

/** Counts for the import's report; of many errors the first thousand are kept word for word. */
class ImportTally {
  added = 0;
  #read = 0;
  #errorsTotal = 0;
  readonly #errors: BadLine[] = [];
  readonly #rejected = new Map<string, number>();

  addBatch(read: number, added: number): void {
    this.#read += read;
    this.added += added;
  }

  addError(bad: BadLine): void {
    this.#errorsTotal += 1;
    if (this.#errors.length < keptErrors) this.#errors.push(bad);
    // Values in a message would make every reason its own: digits and quotes are left out.
    const reason = bad.message.replaceAll(/["“][^"”]*["”]/g, '…').replaceAll(/\d[\d,.]*/g, 'N');
    if (this.#rejected.has(reason) || this.#rejected.size < 100)
      this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + 1);
  }

  report({ format, skipped }: ImportCounts): ImportReport {
    return {
      format,
      read: this.#read + this.#errorsTotal,
      added: this.added,
      duplicates: this.#read - this.added,
      rejected: { ...skipped, ...Object.fromEntries(this.#rejected) },
      errors: this.#errors,
      errorsTotal: this.#errorsTotal,
    };
  }
}
