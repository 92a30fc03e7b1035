import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { all, run, type Database } from '../database.ts';
import { migrate } from '../migrate.ts';
import { openProject } from '../open-project.ts';
import { applicationId } from '../project-header.ts';
import { initial } from './0001-initial.ts';
import { resumableRuns } from './0002-resumable-runs.ts';
import { exportJobs } from './0003-exports.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-run-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a project of the third version cannot be opened, or stores memory that is no JSON', () => {
  const path = join(folder, 'old.lima');
  const db: Database = new Sqlite(path);
  db.pragma(`application_id = ${applicationId}`);
  migrate(db, [initial, resumableRuns, exportJobs], () => undefined);
  run(db, "INSERT INTO project VALUES (1, 'p', 1)");
  db.close();
  const file = openProject(path);
  try {
    expect(all(file.db, "SELECT name FROM pragma_table_info('run')")).toContainEqual({
      name: 'memory_json',
    });
    const insert = "INSERT INTO run (id, memory_json) VALUES ('r', 'no JSON')";
    expect(() => run(file.db, insert)).toThrow(/constraint/);
  } finally {
    file.close();
  }
});
