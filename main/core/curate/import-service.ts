import { basename } from 'node:path';
import {
  importReportSchema,
  type ImportFormat,
  type ImportReport,
  type RowAccount,
} from '../../../shared/contract/curate.ts';
import type { JobPayload } from '../../../shared/contract/job-kinds.ts';
import type { JobSnapshot } from '../../../shared/domain/job.ts';
import { importProgressText } from '../../../shared/text/importing.ts';
import {
  addSamples,
  settleOrigin,
  type KnownPlace,
  type NewSample,
} from '../../store/repositories/samples/samples.ts';
import type { CoreState } from '../project/core-state.ts';
import type { GuardedPayload, JobContext, JobHandler } from '../jobs/job-handler.ts';
import { SessionScoped, type ProjectSession } from '../project/project-session.ts';
import { sampleOriginHash } from '../../store/content-hash.ts';
import { withoutSyncing } from '../../store/database.ts';
import type { ImportCounts } from './import/import-file.ts';
import type { BadLine, ParsedSample } from './import/sample/parsed-sample.ts';
import { runImport } from './import/run-import.ts';

const keptErrors = 1000;

/** The rows that one sample is made of. */
const rowsOfSample: Record<ImportFormat, readonly string[]> = {
  'stack-exchange': ['question with an answer', 'best answer to a question'],
  messages: ['conversation'],
  alpaca: ['instruction with its output'],
  sharegpt: ['conversation'],
  lima: ['conversation'],
  pairs: ['prompt with its answer'],
};

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
  const tally = new ImportTally(session, payload);
  const counts = await runImport(
    {
      path: payload.path,
      format: payload.format,
      ...(payload.source && { source: payload.source }),
      ...(payload.encoding && { encoding: payload.encoding }),
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
          detail: importProgressText({ ...payload, read, added: tally.added, unpackedBytes }),
        }),
      onBatch: async (samples, originHashes) => {
        tally.addBatch(samples, originHashes);
        if (!payload.dryRun) session.changes.touch('samples', 'project');
      },
    },
  );
  return tally.report(counts);
}

/** Stores batches, or only counts them in a dry run; of many errors the first thousand are kept. */
class ImportTally {
  added = 0;
  /** Samples that were not added, by where they are. */
  readonly #known: Record<KnownPlace, number> = { listed: 0, bin: 0, deleted: 0 };
  readonly #session: ProjectSession;
  readonly #payload: ImportPayload;
  #errorsTotal = 0;
  readonly #errors: BadLine[] = [];
  /** What a dry run would have added: a sample that comes again is a duplicate then. */
  readonly #seen: Set<string>;

  constructor(session: ProjectSession, payload: ImportPayload) {
    this.#session = session;
    this.#payload = payload;
    this.#seen = payload.dryRun ? seenInBatch(session, payload.batch) : new Set();
  }

  addBatch(samples: readonly ParsedSample[], originHashes: readonly string[]): void {
    const fresh: NewSample[] = samples.map((sample, index) => ({
      ...sample,
      originHash: originHashes[index] ?? sampleOriginHash(sample.messages),
    }));
    const { db } = this.#session.file;
    const onKnown = (place: KnownPlace) => {
      this.#known[place] += 1;
    };
    if (!this.#payload.dryRun) {
      const add = () => addSamples(db, fresh, this.#payload.author, onKnown);
      // The job's end waits for the disk, and for all before it; what is lost before, it adds again.
      this.added += withoutSyncing(db, add);
      return;
    }
    for (const sample of fresh) {
      const { place: known, originHash } = settleOrigin(db, sample);
      const place = known ?? (this.#seen.has(originHash) ? 'listed' : null);
      this.#seen.add(originHash);
      if (place === null) this.added += 1;
      else onKnown(place);
    }
  }

  addError(bad: BadLine): void {
    this.#errorsTotal += 1;
    if (this.#errors.length < keptErrors) this.#errors.push(bad);
  }

  /** The report, which has to account for every row: it throws when it does not. */
  report(counts: ImportCounts): ImportReport {
    const { format, rows, leftOut, unusable, ignoredFields, encoding = 'utf-8' } = counts;
    const { listed, bin, deleted } = this.#known;
    const samples = { added: this.added, duplicate: listed, 'in-bin': bin, deleted };
    const account = [
      ...Object.entries(samples).flatMap(([outcome, rows]) =>
        rowsOfSample[format].map((reason) => ({ outcome, reason, rows })),
      ),
      ...accountOf('left-out', leftOut),
      ...accountOf('unusable', unusable),
    ];
    return importReportSchema.parse({
      format,
      dryRun: this.#payload.dryRun,
      read: rows,
      added: this.added,
      duplicates: listed + bin,
      deleted,
      rows: account.filter((part) => part.rows > 0),
      ignoredFields: Object.entries(ignoredFields)
        .map(([field, samples]) => ({ field, samples }))
        .toSorted((a, b) => b.samples - a.samples),
      errors: this.#errors,
      errorsTotal: this.#errorsTotal,
      encoding,
    });
  }
}

const lastBatch = new SessionScoped(() => ({ batch: '', seen: new Set<string>() }));

/** What the files that were checked before in the same go would have added. */
function seenInBatch(session: ProjectSession, batch: string | undefined): Set<string> {
  const seen = new Set<string>();
  if (batch === undefined) return seen;
  const last = lastBatch.of(session);
  if (last.batch !== batch) Object.assign(last, { batch, seen });
  return last.seen;
}

const accountOf = (
  outcome: RowAccount['outcome'],
  reasons: Readonly<Record<string, number>>,
): RowAccount[] =>
  Object.entries(reasons)
    .map(([reason, rows]) => ({ outcome, reason, rows }))
    .toSorted((a, b) => b.rows - a.rows);
