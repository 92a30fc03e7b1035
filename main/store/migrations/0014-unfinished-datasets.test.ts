import { expect, test } from 'vitest';
import { countRow } from '../columns.ts';
import { get } from '../database.ts';
import { listDatasets } from '../repositories/datasets.ts';
import { listAccepted, removeUnfinished, storeDataset } from '../repositories/freeze-dataset.ts';
import { takeAtOnce } from '../steps.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('a project of the thirteenth version keeps its datasets, and takes one in pieces', () => {
  withFilledProject(13, (db) => {
    const items = () => get(db, countRow, 'SELECT count(*) AS n FROM dataset_item')?.n;
    const before = listDatasets(db);
    const itemsBefore = items();
    expect(before).toHaveLength(1);
    expect(itemsBefore).toBeGreaterThan(0);
    // What was frozen before there was such a table is none of its rows.
    takeAtOnce(removeUnfinished(db));
    expect([listDatasets(db), items()]).toEqual([before, itemsBefore]);
    const list = takeAtOnce(listAccepted(db));
    const steps = storeDataset(db, { ...list, id: 'half', name: 'half', author: 'me' });
    steps.next(1);
    steps.next(1);
    expect(listDatasets(db)).toEqual(before);
    expect(items()).toBe((itemsBefore ?? 0) + 1);
    takeAtOnce(removeUnfinished(db));
    expect([listDatasets(db), items()]).toEqual([before, itemsBefore]);
  });
});
