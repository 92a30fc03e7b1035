import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { all, run } from '../database.ts';
import { findJob, insertJob } from '../repositories/jobs.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { writeOldProject } from '../testing/old-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-exports-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a project of the second version keeps its jobs and stores an export', () => {
  const path = join(folder, 'old.lima');
  writeOldProject(path, 2, (db) =>
    run(
      db,
      `INSERT INTO job VALUES ('j', 'train', 'T', NULL, 'paused', '{}', NULL, NULL, '{"b":2}', 1, 2, 3)`,
    ),
  );
  const file = openProjectFile(path);
  try {
    expect(findJob(file.db, 'j')).toMatchObject({ state: 'paused', result: { b: 2 } });
    const job = findJob(file.db, 'j');
    if (!job) throw new Error('The job is gone');
    const stored = insertJob(file.db, { kind: 'export', title: 'E', subjectId: null, payload: {} });
    expect(findJob(file.db, stored.id)?.kind).toBe('export');
    expect(all(file.db, z.unknown(), 'PRAGMA foreign_key_check')).toEqual([]);
  } finally {
    file.close();
  }
});
