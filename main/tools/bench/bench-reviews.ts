import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { TestCore } from '../../core/testing/a-core.ts';
import { openManySamples } from '../../core/testing/many-samples.ts';
import { withTransaction } from '../../store/database.ts';
import { createProjectFile, openProjectFile } from '../../store/file/open-project-file.ts';
import { addSamples, type NewSample } from '../../store/repositories/samples.ts';

// Reviews and undoes every sample of a large project, while another client asks all the time.
// Prints times as ratios to plain SQLite, which does the same writes in one transaction, the peak
// memory of the core, and the longest that the other client waited.
const { values } = parseArgs({
  options: { samples: { type: 'string', default: '1000000' }, make: { type: 'string' } },
});
const count = Number(values.samples);
const batch = 5000;
const words = 'how why when brew tea garden river stone paper light music train kernel'.split(' ');

function sampleAt(number: number): NewSample {
  const text = (length: number) =>
    Array.from({ length }, (_, at) => words[(number * 7 + at * at) % words.length]).join(' ');
  const answer = `${text(40)} ${number}`;
  return {
    messages: [
      { role: 'user', content: text(12) },
      { role: 'assistant', content: answer },
    ],
    source: `source ${number % 3}`,
    provenance: {},
    flags: number % 5 === 0 ? [{ rule: 'first-person', scope: 'raw', reason: 'says I' }] : [],
    originHash: `origin-${number}`,
  };
}

function makeProject(path: string): void {
  const file = createProjectFile(path);
  for (let first = 0; first < count; first += batch) {
    const length = Math.min(batch, count - first);
    addSamples(
      file.db,
      Array.from({ length }, (_, at) => sampleAt(first + at)),
      'bench',
    );
  }
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

/** A client in a thread of its own, which asks as soon as it was answered. */
function askAllTheTime(core: TestCore) {
  const source = `const { parentPort } = require('node:worker_threads');
    let longest = 0, answers = 0, asked = 0;
    const ask = () => { asked = performance.now(); parentPort.postMessage('ask'); };
    parentPort.on('message', (what) => {
      if (what === 'reset') { longest = 0; answers = 0; return; }
      if (what === 'tell') { parentPort.postMessage({ longest, answers }); return; }
      longest = Math.max(longest, performance.now() - asked);
      answers += 1;
      setTimeout(ask, 1);
    });
    ask();`;
  const worker = new Worker(source, { eval: true });
  const told: ((answer: { longest: number; answers: number }) => void)[] = [];
  worker.on('message', (message: 'ask' | { longest: number; answers: number }) => {
    if (message !== 'ask') return told.shift()?.(message);
    void core.client.samples.rows({ seqs: [1, 2, 3] }).then(() => worker.postMessage('answer', []));
  });
  return {
    reset: () => worker.postMessage('reset', []),
    tell: () =>
      new Promise<{ longest: number; answers: number }>((resolve) => {
        told.push(resolve);
        worker.postMessage('tell', []);
      }),
    stop: () => worker.terminate(),
  };
}

async function measure(folder: string, referenceMs: number): Promise<void> {
  await using core = await openManySamples(folder);
  const client = askAllTheTime(core);
  const lap = async (name: string, work: () => Promise<unknown>) => {
    client.reset();
    const startMs = performance.now();
    await work();
    const tookMs = performance.now() - startMs;
    const { longest, answers } = await client.tell();
    const peakMb = process.resourceUsage().maxRSS / 1024;
    console.log(
      `${name}: ${(tookMs / 1000).toFixed(2)} s, ${(tookMs / referenceMs).toFixed(2)} of plain SQLite; ` +
        `another client waited ${longest.toFixed(0)} ms at most in ${answers} answers; ` +
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
  const ended = async (jobId: string | null) => {
    if (jobId !== null) await core.job(jobId);
  };
  await lap('review of everything', async () => {
    await ended((await samples.review({ action: 'accept', selection: { filter: {} } })).jobId);
  });
  await lap('undo of everything', async () => ended((await samples.undoReview()).jobId));
  await lap('review cancelled half way', async () => {
    const { jobId } = await samples.review({ action: 'reject', selection: { filter: {} } });
    if (jobId === null) return;
    await core.job(jobId, (job) => (job.progress?.done ?? 0) > count / 2);
    await core.client.jobs.cancel({ id: jobId });
    await core.job(jobId);
  });
  await client.stop();
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
