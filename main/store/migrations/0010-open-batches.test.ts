import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { SeqRunWriter } from '../../../shared/domain/seq-runs.ts';
import { run } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { insertJob } from '../repositories/jobs.ts';
import {
  advanceBatch,
  closeBatch,
  listOpenBatches,
  openBatch,
  selectionOf,
} from '../repositories/samples/open-batches.ts';
import { lastBatch } from '../repositories/samples/review-batches.ts';
import { statusCounts } from '../repositories/samples/sample-list.ts';
import { fillEveryOldTable } from '../testing/fill-every-table.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-open-batches-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the reviews of a project of the ninth version all count, and new ones are made in pieces', () => {
  const path = join(folder, 'old.lima');
  writeOldProject(path, 9, (db) => {
    fillEveryOldTable(db);
    run(db, 'UPDATE project SET last_sequence = 1000');
  });
  const { db, close } = opened(path);
  try {
    expect(listOpenBatches(db)).toEqual([]);
    expect(lastBatch(db, 'you')).toBeDefined();
    const before = statusCounts(db);
    const job = insertJob(db, { kind: 'review', title: 'R', subjectId: null, payload: {} });
    const batch = { id: 'new', jobId: job.id, author: 'me', total: 3 } as const;
    const writer = new SeqRunWriter();
    writer.add(1, 3);
    openBatch(db, { ...batch, action: 'reset', runs: writer.text() });
    const selection = selectionOf(db, 'new');
    expect(advanceBatch(db, 'new', selection, 2).isAtEnd).toBe(false);
    expect(listOpenBatches(db)).toMatchObject([{ batchId: 'new', lookedAt: 2 }]);
    const { batch: made, isAtEnd } = advanceBatch(db, 'new', selection, 2);
    expect(isAtEnd).toBe(true);
    closeBatch(db, made);
    expect(listOpenBatches(db)).toEqual([]);
    expect(lastBatch(db, 'me')?.id).toBe('new');
    expect(statusCounts(db)).not.toEqual(before);
  } finally {
    close();
  }
});

function opened(path: string) {
  const file = openProjectFile(path);
  return { db: file.db, close: () => file.close() };
}
