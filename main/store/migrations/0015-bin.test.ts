import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { addMoves, countBinned } from '../repositories/samples/bin-moves.ts';
import { sampleSeqs } from '../repositories/samples/sample-list.ts';
import { fillEveryOldTable } from '../testing/fill-every-table.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-bin-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a project of the fourteenth version has an empty bin, and its samples can be moved there', () => {
  const path = join(folder, 'old.lima');
  writeOldProject(path, 14, (db) => {
    fillEveryOldTable(db);
    run(db, 'UPDATE project SET last_sequence = 1000');
  });
  const file = openProjectFile(path);
  try {
    const { db } = file;
    const seqs = sampleSeqs(db, {});
    expect(countBinned(db)).toBe(0);
    expect(seqs.length).toBeGreaterThan(1);
    addMoves(db, 'bin', seqs, 'me');
    expect(countBinned(db)).toBe(seqs.length);
    expect(sampleSeqs(db, {})).toEqual([]);
    expect(sampleSeqs(db, { inBin: true })).toEqual(seqs);
  } finally {
    file.close();
  }
});
