import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countRow } from '../columns.ts';
import { get, run } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { listDatasets } from '../repositories/datasets.ts';
import { listAccepted, removeUnfinished, storeDataset } from '../repositories/freeze-dataset.ts';
import { takeAtOnce } from '../steps.ts';
import { fillEveryOldTable } from '../testing/fill-every-table.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-unfinished-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a project of the thirteenth version keeps its datasets, and takes one in pieces', () => {
  const path = join(folder, 'old.lima');
  writeOldProject(path, 13, (db) => {
    fillEveryOldTable(db);
    run(db, 'UPDATE project SET last_sequence = 1000');
  });
  const file = openProjectFile(path);
  const { db } = file;
  const items = () => get(db, countRow, 'SELECT count(*) AS n FROM dataset_item')?.n;
  try {
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
  } finally {
    file.close();
  }
});
