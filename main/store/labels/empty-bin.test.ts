import { expect, test } from 'vitest';
import { z } from 'zod';
import { SeqRunWriter } from '../../../shared/domain/seq-runs.ts';
import { checkRows } from '../checksums/check-rows.ts';
import { sealSomeRows } from '../checksums/seal-rows.ts';
import { all, get, run, type Database } from '../database.ts';
import { insertJob } from '../repositories/jobs.ts';
import { addMoves, countBinned } from '../repositories/samples/bin-moves.ts';
import { listDatasets } from '../repositories/datasets.ts';
import { freezeDataset } from '../repositories/freeze-dataset.ts';
import {
  advanceBatch,
  cancelBatch,
  closeBatch,
  openBatch,
  selectionOf,
} from '../repositories/samples/open-batches.ts';
import { addReviews, sampleHistory, undoLastBatch } from '../repositories/samples/reviews.ts';
import { sampleSeqs, seqOf, statusCounts } from '../repositories/samples/sample-list.ts';
import { addTally, emptyTally } from '../repositories/samples/sample-tally.ts';
import {
  addSamples,
  addVersion,
  getSample,
  placeOfOrigin,
} from '../repositories/samples/samples.ts';
import { sampleRows } from '../repositories/samples/sample-list.ts';
import { takeAtOnce } from '../steps.ts';
import { aProject, aSample, type TestProject } from '../testing/a-project.ts';
import { emptyPiece, keptInBin, newestDataset, sizeOfBinned } from './empty-bin.ts';
import { frozenAmong } from './frozen-samples.ts';

function projectOf(count: number): TestProject & { db: Database } {
  const project = aProject();
  const { db } = project.file;
  addSamples(
    db,
    Array.from({ length: count }, (_, index) => aSample(index + 1)),
    'me',
  );
  return Object.assign(project, { db });
}

const idOf = (db: Database, seq: number) => sampleRows(db, [seq])[0]?.id ?? '';

function emptyAll(db: Database): number {
  const { seqs } = takeAtOnce(keptInBin(db));
  return emptyPiece(db, seqs, 0, 10_000).emptied;
}

test('what is in the bin is in no list, count, search or dataset until it is restored', () => {
  using project = projectOf(4);
  const { db } = project;
  addReviews(db, 'accept', { filter: {} }, 'me');
  expect(addMoves(db, 'bin', [2, 3], 'me').changed).toBe(2);
  expect(addMoves(db, 'bin', [2], 'me').changed).toBe(0);
  expect(sampleSeqs(db, {})).toEqual([1, 4]);
  expect(sampleSeqs(db, { status: 'accepted' })).toEqual([1, 4]);
  expect(sampleSeqs(db, { query: 'question' })).toEqual([1, 4]);
  expect(sampleSeqs(db, { inBin: true })).toEqual([2, 3]);
  expect(sampleSeqs(db, { inBin: true, query: 'number 3' })).toEqual([3]);
  expect(statusCounts(db)).toEqual({ pending: 0, accepted: 2, rejected: 0 });
  const tallies = [false, true].map((inBin) => {
    const tally = emptyTally();
    addTally(db, { inBin, source: 'test' }, { after: 0, through: 9, found: null }, tally);
    return [tally.statuses.get('accepted'), tally.unflagged];
  });
  expect(tallies).toEqual([
    [2, 2],
    [2, 2],
  ]);
  expect(freezeDataset(db, 'd', 'me')?.samples).toBe(2);
  expect(addReviews(db, 'reject', { ids: [idOf(db, 2)] }, 'me').changed).toBe(0);
  expect(getSample(db, idOf(db, 2))).toMatchObject({ isInBin: true, status: 'accepted' });
  addMoves(db, 'restore', [2, 3, 4], 'me');
  expect(sampleSeqs(db, { status: 'accepted' })).toEqual([1, 2, 3, 4]);
  expect(getSample(db, idOf(db, 2))?.isInBin).toBe(false);
  expect(sampleHistory(db, 2).map(({ text }) => text)).toEqual([
    'version 1',
    'accept',
    'bin',
    'restore',
  ]);
});

test('moves are undone newest first, among reviews, and leave alone what was moved since', () => {
  using project = projectOf(3);
  const { db } = project;
  addReviews(db, 'accept', { filter: {} }, 'me');
  addMoves(db, 'bin', [1, 2, 3], 'me');
  addMoves(db, 'restore', [3], 'you');
  addMoves(db, 'bin', [3], 'you');
  expect(undoLastBatch(db, 'me').ids.toSorted()).toEqual([idOf(db, 1), idOf(db, 2)].toSorted());
  expect(sampleSeqs(db, { inBin: true })).toEqual([3]);
  expect(undoLastBatch(db, 'me').ids).toHaveLength(3);
  expect(statusCounts(db)).toEqual({ pending: 2, accepted: 0, rejected: 0 });
  expect(undoLastBatch(db, 'me').batchId).toBeNull();
});

function runsOfTen(): string {
  const writer = new SeqRunWriter();
  for (let seq = 1; seq <= 10; seq += 1) writer.add(seq);
  return writer.text();
}

/** Makes a batch in pieces of two, and takes it back after so many of them. */
function inPieces(db: Database, id: string, what: object, pieces = Infinity): void {
  const { id: jobId } = insertJob(db, { kind: 'review', title: id, subjectId: null, payload: {} });
  const runs = { action: 'bin' as const, runs: runsOfTen() };
  openBatch(db, { id, jobId, author: 'me', total: 10, ...runs, ...what });
  const selection = selectionOf(db, id);
  for (let piece = 0; ; piece += 1) {
    if (piece === pieces) cancelBatch(db, id);
    const { batch, isAtEnd } = advanceBatch(db, id, selection, 2);
    if (isAtEnd) return closeBatch(db, batch);
  }
}

test('a move in pieces counts as one, is undone as one, and leaves no trace when it is taken back', () => {
  using project = projectOf(10);
  const { db } = project;
  addMoves(db, 'bin', [10], 'me');
  const before = countBinned(db);
  inPieces(db, 'cancelled', {}, 3);
  expect(countBinned(db)).toBe(before);
  inPieces(db, 'moved', {});
  expect(countBinned(db)).toBe(10);
  inPieces(db, 'undone', { action: undefined, runs: undefined, undoesBatchId: 'moved' });
  expect(sampleSeqs(db, { inBin: true })).toEqual([10]);
  inPieces(db, 'restored', { action: 'restore' }, 1);
  expect(sampleSeqs(db, { inBin: true })).toEqual([10]);
});

const seqColumn = (table: string) => (table === 'sample' ? 'seq' : 'sample_seq');
const tableRow = z.object({ table: z.string(), n: z.number() });

test('emptying takes every row of a sample out, but for those that a dataset holds', () => {
  using project = projectOf(5);
  const { db } = project;
  addReviews(db, 'accept', { ids: [idOf(db, 1)] }, 'me');
  freezeDataset(db, 'd', 'me');
  const edited = getSample(db, idOf(db, 2));
  if (edited)
    addVersion(db, edited, { messages: [{ role: 'user', content: 'Zebra?' }], author: 'me' });
  run(db, `INSERT INTO sample_flag VALUES (2, 'first-person', 'raw', 'I')`);
  addReviews(db, 'reject', { filter: { status: 'pending' } }, 'me');
  while (sealSomeRows(db, 50));
  addMoves(db, 'bin', [1, 2, 3], 'me');
  const asked = takeAtOnce(frozenAmong(db, (seq) => seq < 3));
  expect(asked).toMatchObject({ datasets: [{ name: 'd', samples: 1 }], seqs: { size: 1 } });
  expect(takeAtOnce(sizeOfBinned(db, asked.seqs))).toBeGreaterThan(1000);
  expect(emptyAll(db)).toBe(2);
  expect(sampleSeqs(db, { inBin: true })).toEqual([1]);
  const left = ['sample', 'sample_version', 'review', 'bin_move', 'sample_flag', 'binned_sample'];
  const sql: string = left
    .map(
      (table) =>
        `SELECT '${table}' AS "table", count(*) AS n FROM ${table} WHERE ${seqColumn(table)} IN (2, 3)`,
    )
    .join(' UNION ALL ');
  expect(all(db, tableRow, sql, {}).filter(({ n }) => n > 0)).toEqual([]);
  expect(sampleSeqs(db, { query: 'zebra' })).toEqual([]);
  expect(
    get(db, z.object({ n: z.number() }), 'SELECT count(*) AS n FROM pragma_foreign_key_check')?.n,
  ).toBe(0);
  expect([...checkRows(db)].filter(Boolean)).toEqual([]);
  expect(listDatasets(db)).toMatchObject([{ name: 'd', samples: 1 }]);
  expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
});

test('what was emptied is known: an import does not bring it back, whatever its number', () => {
  using project = projectOf(2);
  const { db } = project;
  expect(placeOfOrigin(db, 'origin-2')).toBe('listed');
  addMoves(db, 'bin', [2], 'me');
  expect(placeOfOrigin(db, 'origin-2')).toBe('bin');
  emptyAll(db);
  expect(placeOfOrigin(db, 'origin-2')).toBe('deleted');
  expect(addSamples(db, [aSample(2), aSample(3)], 'me')).toBe(1);
  expect(seqOf(db, idOf(db, 2))).toBe(2);
  expect(sampleSeqs(db, { query: 'number 3' })).toEqual([2]);
  expect(countBinned(db)).toBe(0);
});

test('nothing is emptied while a dataset is half frozen', () => {
  using project = projectOf(1);
  const { db } = project;
  run(db, `INSERT INTO unfinished_dataset (dataset_id) VALUES ('half')`);
  expect(() => newestDataset(db)).toThrow('being frozen');
});
