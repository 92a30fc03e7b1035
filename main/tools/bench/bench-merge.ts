import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { resultOf } from '../../../shared/contract/job-kinds.ts';
import { isJobFinished } from '../../../shared/domain/job.ts';
import type { TestCore } from '../../core/testing/a-core.ts';
import { openManySamples } from '../../core/testing/many-samples.ts';
import { run, withTransaction } from '../../store/database.ts';
import { createProjectFile, openProjectFile } from '../../store/file/open-project-file.ts';
import { addReviews } from '../../store/repositories/samples/reviews.ts';
import { askAllTheTime } from './another-client.ts';
import { addNumbered } from './numbered-samples.ts';

// Merges a copy with as many samples as the project has, half of them known to both, while another
// client asks all the time. Prints times as ratios to plain SQLite, which inserts the same rows and
// indexes their words in one transaction, and the longest that the other client waited.
const { values } = parseArgs({
  options: { samples: { type: 'string', default: '100000' }, make: { type: 'string' } },
});
const count = Number(values.samples);
const half = Math.floor(count / 2);

/** Two copies of one project: both know the first half, each has a half of its own. */
function makeCopies(folder: string): void {
  const [own, other] = [join(folder, 'p.lima'), join(folder, 'other.lima')];
  const file = createProjectFile(own);
  addNumbered(file.db, 0, half);
  file.close();
  copyFileSync(own, other);
  for (const [path, from, action] of [
    [own, half, 'accept'],
    [other, count, 'reject'],
  ] as const) {
    const copy = openProjectFile(path);
    addNumbered(copy.db, from, from + (count - half));
    addReviews(copy.db, action, { filter: {} }, 'bench');
    copy.close();
  }
}

/** The rows that the copy has and the project has not, inserted by SQLite alone. */
function reference(path: string, other: string): number {
  const file = openProjectFile(path);
  run(file.db, 'ATTACH @other AS other', { other });
  file.db.pragma('foreign_keys = OFF');
  const startMs = performance.now();
  withTransaction(file.db, () =>
    file.db.exec(`
      CREATE TEMP TABLE fresh AS SELECT seq + 10000000 AS final, * FROM other.sample o
        WHERE NOT EXISTS (SELECT 1 FROM main.sample m WHERE m.origin_hash = o.origin_hash);
      INSERT INTO main.sample (seq, id, origin_hash, source, status, current_version_id,
          provenance_json, prompt_preview, answer_preview, turns, characters, created_ms, sequence)
        SELECT final, id, origin_hash, source, status, current_version_id, provenance_json,
          prompt_preview, answer_preview, turns, characters, created_ms, sequence FROM fresh;
      INSERT INTO main.sample_version SELECT v.id, f.final, v.ordinal, v.messages_json,
          v.content_hash, v.author, v.created_ms, v.sequence
        FROM other.sample_version v JOIN fresh f ON f.seq = v.sample_seq;
      INSERT INTO main.sample_fts (rowid, text)
        SELECT f.final, (SELECT group_concat(value ->> 'content', char(10, 10))
          FROM json_each(v.messages_json))
        FROM other.sample_version v JOIN fresh f ON f.seq = v.sample_seq;
      INSERT INTO main.review_batch SELECT * FROM other.review_batch;
      INSERT INTO main.review SELECT r.batch_id, coalesce(f.final, r.sample_seq), r.version_id,
          r.action, r.status_before
        FROM other.review r LEFT JOIN fresh f ON f.seq = r.sample_seq`),
  );
  const tookMs = performance.now() - startMs;
  file.close();
  return tookMs;
}

async function measure(folder: string, referenceMs: number): Promise<void> {
  await using core = await openManySamples(folder);
  await using client = askAllTheTime(core);
  const lap = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
    client.reset();
    const startMs = performance.now();
    const result = await work();
    const tookMs = performance.now() - startMs;
    const { longest, answers } = await client.tell();
    const peakMb = process.resourceUsage().maxRSS / 1024;
    console.log(
      `${name}: ${(tookMs / 1000).toFixed(2)} s, ${(tookMs / referenceMs).toFixed(2)} of plain SQLite; ` +
        `another client waited ${longest.toFixed(0)} ms at most in ${answers} answers; ` +
        `peak memory ${peakMb.toFixed(0)} MB`,
    );
    return result;
  };
  const path = join(folder, 'other.lima');
  await lap('comparison (dry run)', () => merge(core, { path, dryRun: true }));
  const merged = await lap('merge', () => merge(core, { path }));
  console.log(`came: ${JSON.stringify(merged.counts)}`);
  await lap('merge of the same again', () => merge(core, { path }));
  await lap('undo of the merge', () => core.client.merges.undo({}));
}

/** Watches by asking: at the end of a merge another file takes the place of the open one. */
async function merge(core: TestCore, request: { path: string; dryRun?: boolean }) {
  const { jobId } = await core.client.merges.start(request);
  for (;;) {
    const job = await core.client.jobs.get({ id: jobId });
    const report = resultOf(job, 'merge');
    if (report !== null) return report;
    if (isJobFinished(job.state)) throw new Error(`The merge ${job.state}: ${job.error?.message}`);
    await setTimeout(20);
  }
}

if (values.make !== undefined) makeCopies(values.make);
else {
  const folder = mkdtempSync(join(tmpdir(), 'lima-bench-'));
  try {
    // In a process of its own, so that the peak of memory is that of the core.
    const made = [import.meta.filename, '--make', folder, '--samples', String(count)];
    execFileSync(process.execPath, made, { stdio: 'inherit' });
    copyFileSync(join(folder, 'p.lima'), join(folder, 'reference.lima'));
    const referenceMs = reference(join(folder, 'reference.lima'), join(folder, 'other.lima'));
    console.log(`plain SQLite, one transaction: ${(referenceMs / 1000).toFixed(2)} s`);
    await measure(folder, referenceMs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
