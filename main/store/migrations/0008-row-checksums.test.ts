import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { countRow } from '../columns.ts';
import { checkRows } from '../checksums/check-rows.ts';
import { sealSomeRows } from '../checksums/seal-rows.ts';
import { get, run } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { listSamples } from '../repositories/samples/sample-list.ts';
import { fillEveryOldTable } from '../testing/fill-every-table.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-row-checksums-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a project of the seventh version keeps its rows, which get checksums once it is open', () => {
  const path = join(folder, 'old.lima');
  writeOldProject(path, 7, (db) => {
    fillEveryOldTable(db);
    run(db, 'UPDATE project SET last_sequence = 1000');
  });
  const file = openProjectFile(path);
  try {
    const groups = () => get(file.db, countRow, 'SELECT count(*) AS n FROM row_checksum')?.n ?? 0;
    expect(groups()).toBe(0);
    while (sealSomeRows(file.db, 50));
    expect(groups()).toBeGreaterThan(10);
    expect([...checkRows(file.db)].filter((damage) => damage !== undefined)).toEqual([]);
    expect(listSamples(file.db, {}, { limit: 9 })).toHaveLength(4);
  } finally {
    file.close();
  }
});
