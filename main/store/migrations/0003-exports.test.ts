import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { all, run, type Database } from '../database.ts';
import { findJob, insertJob } from '../job-repository.ts';
import { migrate } from '../migrate.ts';
import { openProject } from '../open-project.ts';
import { applicationId } from '../project-header.ts';
import { initial } from './0001-initial.ts';
import { resumableRuns } from './0002-resumable-runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-exports-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a project of the second version loses a job, or cannot store an export', () => {
  const path = join(folder, 'old.lima');
  const db: Database = new Sqlite(path);
  db.pragma(`application_id = ${applicationId}`);
  migrate(db, [initial, resumableRuns], () => undefined);
  run(db, "INSERT INTO project VALUES (1, 'p', 1)");
  run(
    db,
    `INSERT INTO job VALUES ('j', 'train', 'T', NULL, 'paused', '{}', NULL, NULL, '{"b":2}', 1, 2, 3)`,
  );
  db.close();
  const file = openProject(path);
  try {
    expect(findJob(file.db, 'j')).toMatchObject({ state: 'paused', result: { b: 2 } });
    const job = findJob(file.db, 'j');
    if (!job) throw new Error('The job is gone');
    const stored = insertJob(file.db, { kind: 'export', title: 'E', subjectId: null, payload: {} });
    expect(findJob(file.db, stored.id)?.kind).toBe('export');
    expect(all(file.db, 'PRAGMA foreign_key_check')).toEqual([]);
  } finally {
    file.close();
  }
});
