import { expect, test } from 'vitest';
import { countRow } from '../columns.ts';
import { checkRows } from '../checksums/check-rows.ts';
import { sealSomeRows } from '../checksums/seal-rows.ts';
import { get } from '../database.ts';
import { listSamples } from '../repositories/samples/sample-list.ts';
import { withFilledProject } from '../testing/filled-project.ts';

test('a project of the seventh version keeps its rows, which get checksums once it is open', () => {
  withFilledProject(7, (db) => {
    const groups = () => get(db, countRow, 'SELECT count(*) AS n FROM row_checksum')?.n ?? 0;
    expect(groups()).toBe(0);
    while (sealSomeRows(db, 50));
    expect(groups()).toBeGreaterThan(10);
    expect([...checkRows(db)].filter((damage) => damage !== undefined)).toEqual([]);
    expect(listSamples(db, {}, { limit: 9 })).toHaveLength(4);
  });
});
