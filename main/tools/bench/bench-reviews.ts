import { execFileSync } from 'node:child_process';
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rowChecksOf, type RowChecks } from '../../core/checksums/row-checks.ts';
import type { TestCore } from '../../core/testing/a-core.ts';
import { openManySamples } from '../../core/testing/many-samples.ts';
import { withTransaction } from '../../store/database.ts';
import { createProjectFile, openProjectFile } from '../../store/file/open-project-file.ts';
import { askAllTheTime } from './another-client.ts';
import { addNumbered, sampleAt } from './numbered-samples.ts';

// Searches, reviews, freezes, exports, imports and undoes on a large project, while another client
// asks all the time.
// Prints times as ratios to plain SQLite, which does the same writes in one transaction, the peak
// memory of the core, and the longest that the other client waited.
const { values } = parseArgs({
  options: { samples: { type: 'string', default: '1000000' }, make: { type: 'string' } },
});
const count = Number(values.samples);
function makeProject(path: string): void {
  const file = createProjectFile(path);
  addNumbered(file.db, 0, count);
  file.close();
}

/** The writes of one review of everything, by SQLite alone. */
function reference(path: string): number {
  const file = openProjectFile(path);
  const startMs = performance.now();
  withTransaction(file.db, () =>
    file.db.exec(`
      INSERT INTO review_batch (id, author, created_ms, sequence) VALUES ('b', 'bench', 1, 1);
      INSERT INTO review SELECT 'b', seq, current_version_id, 'accept', status FROM sample;
      UPDATE sample SET status = 'accepted'`),
  );
  const tookMs = performance.now() - startMs;
  file.close();
  return tookMs;
}

/** The most that one turn of the event loop computed: on a busy machine a client waits longer. */
function watchTurns() {
  let [isOver, longest, before] = [false, 0, process.threadCpuUsage()];
  const look = () => {
    const now = process.threadCpuUsage();
    longest = Math.max(longest, now.user + now.system - before.user - before.system);
    before = now;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  return {
    longestMs: () => longest / 1000,
    [Symbol.dispose]: () => {
      isOver = true;
    },
  };
}

async function measure(folder: string, referenceMs: number): Promise<void> {
  await using core = await openManySamples(folder);
  await using client = askAllTheTime(core);
  const lap = async (name: string, work: () => Promise<unknown>) => {
    client.reset();
    using turns = watchTurns();
    const startMs = performance.now();
    await work();
    const tookMs = performance.now() - startMs;
    const { longest, answers } = await client.tell();
    const peakMb = process.resourceUsage().maxRSS / 1024;
    console.log(
      `${name}: ${(tookMs / 1000).toFixed(2)} s, ${(tookMs / referenceMs).toFixed(2)} of plain SQLite; ` +
        `another client waited ${longest.toFixed(0)} ms at most in ${answers} answers, of which one ` +
        `turn computed ${turns.longestMs().toFixed(0)} ms at most; ` +
        `peak memory ${peakMb.toFixed(0)} MB`,
    );
  };
  const { samples } = core.client;
  const index = (query?: string) => samples.index({ filter: query === undefined ? {} : { query } });
  await lap('counts of the filter bar', () => samples.facets());
  await lap('list of everything, 20 clients', () =>
    Promise.all(Array.from({ length: 20 }, () => index())),
  );
  await lap('search for one letter', () => index('t'));
  await lap('search for one word', () => index('kernel'));
  await lap('search for a word and a prefix', () => index('tea k'));
  const ended = async (jobId: string | null) => {
    if (jobId !== null) await core.job(jobId);
  };
  await lap('review of everything', async () => {
    await ended((await samples.review({ action: 'accept', selection: { filter: {} } })).jobId);
  });
  const frozen = await freezeAndExport(core, lap);
  if (frozen !== count) console.log(`${frozen} of ${count} samples were frozen`);
  await lap('undo of everything', async () => ended((await samples.undoReview()).jobId));
  await lap('review cancelled half way', async () => {
    const { jobId } = await samples.review({ action: 'reject', selection: { filter: {} } });
    if (jobId === null) return;
    await core.job(jobId, (job) => (job.progress?.done ?? 0) > count / 2);
    await core.client.jobs.cancel({ id: jobId });
    await core.job(jobId);
  });
  await lap('checksums of what was added', async () => rowChecks(core).seal());
  const dump = writeDump(core);
  await lap('import of a tenth as many, to its end', () => core.import(dump));
}

type Lap = (name: string, work: () => Promise<unknown>) => Promise<void>;

async function freezeAndExport(core: TestCore, lap: Lap): Promise<number> {
  const { datasets } = core.client;
  await lap('freezing everything', () => datasets.freeze({ name: 'all' }));
  const [dataset] = await datasets.list();
  if (!dataset) return 0;
  await lap('list of datasets', () => datasets.list());
  const path = core.path('all.jsonl');
  const wish = { datasetId: dataset.id, path, format: 'messages' as const };
  await lap('export of everything', () => datasets.export(wish));
  return dataset.samples;
}

function rowChecks(core: TestCore): RowChecks {
  const { session } = core.core.context.core;
  const checks = session && rowChecksOf(session);
  if (!checks) throw new Error('No project is open');
  return checks;
}

/** A dump of new samples, written line by line. */
function writeDump(core: TestCore): string {
  const path = core.path('dump.jsonl');
  const file = openSync(path, 'w');
  for (let number = 0; number < count / 10; number += 1) {
    const [question, answer] = sampleAt(count + number).messages;
    writeSync(file, `${JSON.stringify({ messages: [question, answer] })}\n`);
  }
  closeSync(file);
  return path;
}

if (values.make !== undefined) makeProject(values.make);
else {
  const folder = mkdtempSync(join(tmpdir(), 'lima-bench-'));
  try {
    const path = join(folder, 'p.lima');
    // In a process of its own, so that the peak of memory is that of the core.
    const made = [import.meta.filename, '--make', path, '--samples', String(count)];
    execFileSync(process.execPath, made, { stdio: 'inherit' });
    copyFileSync(path, join(folder, 'reference.lima'));
    const referenceMs = reference(join(folder, 'reference.lima'));
    console.log(`plain SQLite, one transaction: ${(referenceMs / 1000).toFixed(2)} s`);
    await measure(folder, referenceMs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
