import { expect, test } from 'vitest';
import { SeqRunWriter } from '../../../shared/domain/seq-runs.ts';
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
import { withFilledProject } from '../testing/filled-project.ts';

test('the reviews of a project of the ninth version all count, and new ones are made in pieces', () => {
  withFilledProject(9, (db) => {
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
  });
});
