import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseSeqRuns, SeqRunWriter } from '../../../../shared/domain/seq-runs.ts';
import type { ReviewAction } from '../../../../shared/domain/sample.ts';
import { all, type Database } from '../../database.ts';
import { aProject, aSample } from '../../testing/a-project.ts';
import { insertJob } from '../jobs.ts';
import { advanceBatch, cancelBatch, closeBatch, findOpenBatch, openBatch } from './open-batches.ts';
import { lastBatch } from './review-batches.ts';
import { addReviews, sampleHistory, undoLastBatch } from './reviews.ts';
import { statusCounts } from './sample-list.ts';
import { addSamples } from './samples.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function aProjectOf(samples: number) {
  const project = aProject();
  addSamples(
    project.file.db,
    numbers(samples).map((number) => aSample(number)),
    'me',
  );
  return project;
}

const statusRow = z.object({ seq: z.number(), status: z.string() });
const statuses = (db: Database) =>
  all(db, statusRow, 'SELECT seq, status FROM sample ORDER BY seq');

function runsOf(seqs: readonly number[]): string {
  const writer = new SeqRunWriter();
  for (const seq of seqs) writer.add(seq);
  return writer.text();
}

function open(
  db: Database,
  id: string,
  what: { action: ReviewAction; seqs: readonly number[] } | { undoes: string },
): void {
  const { id: jobId } = insertJob(db, { kind: 'review', title: id, subjectId: null, payload: {} });
  const ids = { id, jobId, author: 'me' };
  if ('undoes' in what) openBatch(db, { ...ids, total: 1, undoesBatchId: what.undoes });
  else
    openBatch(db, {
      ...ids,
      total: what.seqs.length,
      action: what.action,
      runs: runsOf(what.seqs),
    });
}

/** Makes pieces of a batch until its end, or so many. */
function advance(db: Database, id: string, seqs: readonly number[], pieces = Infinity): void {
  for (let piece = 0; piece < pieces; piece += 1) {
    const { batch, isAtEnd } = advanceBatch(db, id, parseSeqRuns(runsOf(seqs)), 3);
    if (isAtEnd) return closeBatch(db, batch);
  }
}

test('a batch in pieces ends as one in a single transaction, and is undone as one in pieces', () => {
  using project = aProjectOf(20);
  const { db } = project.file;
  const seqs = [2, 3, 4, 5, 9, 10, 17, 20];
  addReviews(db, 'reject', { seqs: [1, 2, 10] }, 'me');
  const before = statuses(db);
  open(db, 'batch', { action: 'accept', seqs });
  advance(db, 'batch', seqs);
  expect(statusCounts(db)).toEqual({ pending: 11, accepted: 8, rejected: 1 });
  expect(lastBatch(db, 'me')).toEqual({ id: 'batch', isOpen: false });
  open(db, 'undo', { undoes: 'batch' });
  advance(db, 'undo', []);
  expect(statuses(db)).toEqual(before);
  expect(sampleHistory(db, 2).map(({ text }) => text)).toEqual([
    'version 1',
    'reject',
    'accept',
    'undo: reject',
  ]);
  expect(undoLastBatch(db, 'me').ids).toHaveLength(3);
});

test('a batch that is half made is no history, and says that it is open when it is to be undone', () => {
  using project = aProjectOf(9);
  const { db } = project.file;
  open(db, 'batch', { action: 'accept', seqs: numbers(9) });
  advance(db, 'batch', numbers(9), 2);
  expect(findOpenBatch(db, 'batch')).toMatchObject({ lookedAt: 6, changed: 6, total: 9 });
  expect(sampleHistory(db, 1).map(({ text }) => text)).toEqual(['version 1']);
  expect(lastBatch(db, 'me')).toEqual({ id: 'batch', isOpen: true });
  advance(db, 'batch', numbers(9));
  expect(sampleHistory(db, 1).map(({ text }) => text)).toEqual(['version 1', 'accept']);
});

test.each([0, 1, 2, 3])('a review cancelled after %i pieces leaves no trace', (pieces) => {
  using project = aProjectOf(9);
  const { db } = project.file;
  addReviews(db, 'reject', { seqs: [2, 5] }, 'me');
  const before = statuses(db);
  open(db, 'batch', { action: 'accept', seqs: numbers(9) });
  advance(db, 'batch', numbers(9), pieces);
  cancelBatch(db, 'batch');
  advance(db, 'batch', numbers(9));
  expect(statuses(db)).toEqual(before);
  expect(lastBatch(db, 'me')?.isOpen).toBe(false);
  expect(sampleHistory(db, 2).map(({ text }) => text)).toEqual(['version 1', 'reject']);
  expect(undoLastBatch(db, 'me').ids).toHaveLength(2);
});

test('a cancelled undo leaves the batch as it was, and it can still be undone', () => {
  using project = aProjectOf(9);
  const { db } = project.file;
  const { batchId } = addReviews(db, 'accept', { seqs: numbers(9) }, 'me');
  const before = statuses(db);
  open(db, 'undo', { undoes: batchId });
  advance(db, 'undo', [], 2);
  expect(lastBatch(db, 'me')).toEqual({ id: batchId, isOpen: true });
  cancelBatch(db, 'undo');
  advance(db, 'undo', []);
  expect(statuses(db)).toEqual(before);
  expect(undoLastBatch(db, 'me').ids).toHaveLength(9);
});

test('a sample that is reviewed while a large batch is made keeps that later decision', () => {
  using project = aProjectOf(9);
  const { db } = project.file;
  open(db, 'batch', { action: 'accept', seqs: numbers(9) });
  advance(db, 'batch', numbers(9), 1);
  addReviews(db, 'reject', { seqs: [1, 8] }, 'me');
  advance(db, 'batch', numbers(9));
  const rejected = statuses(db).filter(({ status }) => status === 'rejected');
  expect(rejected.map(({ seq }) => seq)).toEqual([1, 8]);
  expect(statusCounts(db).accepted).toBe(7);
});

test('a review made meanwhile follows on what was there when the large batch is taken back', () => {
  using project = aProjectOf(9);
  const { db } = project.file;
  open(db, 'batch', { action: 'accept', seqs: numbers(9) });
  advance(db, 'batch', numbers(9), 1);
  addReviews(db, 'reject', { seqs: [1] }, 'me');
  cancelBatch(db, 'batch');
  advance(db, 'batch', numbers(9));
  expect(statusCounts(db)).toEqual({ pending: 8, accepted: 0, rejected: 1 });
  expect(undoLastBatch(db, 'me').ids).toHaveLength(1);
  expect(statusCounts(db).pending).toBe(9);
});

test('undoing a batch leaves alone what another author decided since', () => {
  using project = aProjectOf(4);
  const { db } = project.file;
  addReviews(db, 'reject', { seqs: numbers(4) }, 'me');
  addReviews(db, 'accept', { seqs: [2] }, 'you');
  addReviews(db, 'accept', { seqs: [3] }, 'you');
  undoLastBatch(db, 'you');
  expect(undoLastBatch(db, 'me').ids).toHaveLength(3);
  expect(statuses(db).map(({ status }) => status)).toEqual([
    'pending',
    'accepted',
    'pending',
    'pending',
  ]);
});

// Whatever was reviewed, undone and cancelled: what a merge computes from the history is the status.
test('the status of a sample is always that of its last review, in random histories', () => {
  using project = aProjectOf(12);
  const { db } = project.file;
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  const pick = () => numbers(12).filter(() => random(2) === 0);
  const actions = ['accept', 'reject', 'reset'] as const;
  const authors = ['me', 'you'] as const;
  for (let round = 0; round < 60; round += 1) {
    const action = actions[random(3)] ?? 'accept';
    const author = authors[random(2)] ?? 'me';
    const seqs = pick();
    if (random(3) === 0) undoLastBatch(db, author);
    else if (random(2) === 0) addReviews(db, action, { seqs }, author);
    else {
      open(db, `batch-${round}`, { action, seqs });
      advance(db, `batch-${round}`, seqs, random(3));
      addReviews(db, action === 'accept' ? 'reject' : 'accept', { seqs: pick() }, author);
      if (!findOpenBatch(db, `batch-${round}`)) continue;
      if (random(2) === 0) cancelBatch(db, `batch-${round}`);
      advance(db, `batch-${round}`, seqs);
    }
    expect(statuses(db)).toEqual(lastReviews(db));
  }
});

const lastReviews = (db: Database) =>
  all(
    db,
    statusRow,
    `SELECT s.seq, coalesce((SELECT CASE r.action WHEN 'accept' THEN 'accepted'
         WHEN 'reject' THEN 'rejected' ELSE 'pending' END
       FROM review r JOIN review_batch b ON b.id = r.batch_id WHERE r.sample_seq = s.seq
       ORDER BY b.sequence DESC, b.id DESC LIMIT 1), 'pending') AS status
     FROM sample s ORDER BY s.seq`,
  );

test('a batch waits for the disk when it is closed, and everything else always does', () => {
  using project = aProjectOf(9);
  const { db } = project.file;
  const synchronous = () => db.pragma('synchronous', { simple: true });
  const full = synchronous();
  open(db, 'batch', { action: 'accept', seqs: numbers(9) });
  advance(db, 'batch', numbers(9), 2);
  expect(full).toBe(2);
  expect(synchronous()).toBe(full);
  expect(() => advanceBatch(db, 'nobody', [], 3)).toThrow(/not being made/);
  expect(synchronous()).toBe(full);
});
