import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { distrustContent } from './connection.ts';
import { explainOpening } from './explain-opening.ts';
import { refuseForeignSchema } from './foreign-schema.ts';
import { refuseNewer } from '../migrations/migrate.ts';
import { migrations } from '../migrations/registry.ts';
import { readProjectHeader } from './project-header.ts';
import { StoreError } from '../store-error.ts';
import { get, type Database } from '../database.ts';

// Above this size a page-by-page check would take longer than anyone waits for a file to open.
const fullCheckBytes = 512 * 1024 * 1024;

/**
 * Checks a project file nobody vouches for, without writing to it: header, version, pages, and
 * that its schema is word for word ours, so no trigger or view of a stranger ever runs. Returns
 * the schema version; throws PROJECT_INVALID, PROJECT_NEWER or PROJECT_LOCKED.
 */
export function inspectProjectFile(path: string): number {
  const version = readProjectHeader(path);
  refuseNewer(version, migrations.length);
  const db = new Sqlite(path, { readonly: true, timeout: 500 });
  try {
    distrustContent(db);
    refuseForeignSchema(db, path);
    if (statSync(path).size <= fullCheckBytes) refuseDamage(db, path);
    return version;
  } catch (error) {
    throw explainOpening(error, path);
  } finally {
    db.close();
  }
}

const checkRow = z.object({ quick_check: z.string() });

function refuseDamage(db: Database, path: string): void {
  const first = get(db, checkRow, 'PRAGMA quick_check(1)')?.quick_check;
  if (first !== 'ok')
    throw new StoreError(
      'PROJECT_INVALID',
      `${path} is damaged (${first}). Restore it from a backup; it was not changed.`,
      { path },
    );
}
