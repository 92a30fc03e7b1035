import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, type Database } from '../database.ts';
import { openProjectFile } from '../file/open-project-file.ts';
import { fillEveryOldTable } from './fill-every-table.ts';
import { writeOldProject } from './old-project.ts';

/**
 * Opens a project that an earlier version of the schema left with rows in every table, brought to the
 * newest one; `before` looks at it as that version left it.
 */
export function withFilledProject(
  version: number,
  use: (db: Database) => void,
  before: (db: Database) => void = () => undefined,
): void {
  const folder = mkdtempSync(join(tmpdir(), 'lima-filled-'));
  try {
    const path = join(folder, 'old.lima');
    writeOldProject(path, version, (db) => {
      fillEveryOldTable(db);
      run(db, 'UPDATE project SET last_sequence = 1000');
      before(db);
    });
    const file = openProjectFile(path);
    try {
      use(file.db);
    } finally {
      file.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
