import { constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { distrustContent } from './connection.ts';
import { explainOpening } from './explain-opening.ts';
import { refuseForeignSchema } from './foreign-schema.ts';
import { migrate, refuseNewer } from '../migrations/migrate.ts';
import { migrations } from '../migrations/registry.ts';
import { fileState, type FileState } from './file-state.ts';
import { readProjectHeader } from './project-header.ts';
import { refuseStrangeValues } from './strange-values.ts';
import { realPath, refuseStrangeSideFiles } from './project-side-files.ts';
import { projectIdentity } from '../repositories/project/project-contents.ts';
import { StoreError } from '../store-error.ts';
import { get, type Database } from '../database.ts';

// Above this size a page-by-page check would take longer than anyone waits for a file to open.
const fullCheckBytes = 512 * 1024 * 1024;

/**
 * Checks a project file nobody vouches for, without writing to it: header, files beside it,
 * version, and that its schema is word for word ours, so no trigger or view of a stranger ever
 * runs. Returns the schema version and the id that no other project has; throws PROJECT_INVALID,
 * PROJECT_NEWER or PROJECT_LOCKED.
 * `copy` is the private copy it is read in, where there is one.
 */
export function inspectSchema(
  path: string,
  copy?: string,
): { schemaVersion: number; uuid: string | null } {
  const version = readProjectHeader(path);
  refuseNewer(version, migrations.length);
  refuseStrangeSideFiles(path);
  const uuid = readInspected(path, copy, (db) =>
    version > 0 ? projectIdentity(db)?.uuid : undefined,
  );
  return { schemaVersion: version, uuid: uuid ?? null };
}

/**
 * Brings the private copy of a project to the newest schema, as one file without a log, so that it
 * can be read like any other; the project stays as it is.
 */
export function bringCopyForward(path: string, copy: string): void {
  readInspected(path, copy, (db) => {
    db.exec('COMMIT');
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = DELETE');
    db.pragma('synchronous = OFF');
    migrate(db, migrations, () => undefined);
  });
}

/**
 * Checks the pages of a file up to 512 MB, and the values in its rows; throws PROJECT_INVALID for
 * damage and for what this program never writes.
 */
export function inspectPages(path: string, copy?: string): void {
  refuseStrangeSideFiles(path);
  if (statSync(path).size > fullCheckBytes) return;
  readInspected(path, copy, (db) => {
    refuseDamage(db, path);
    refuseStrangeValues(db, path);
  });
}

/** Both: the schema, then the pages. */
export function inspectProjectFile(path: string): number {
  const { schemaVersion } = inspectSchema(path);
  inspectPages(path);
  return schemaVersion;
}

/** Reads a file that nobody vouches for, in one transaction that began with the check of its schema. */
export function readInspected<Result>(
  path: string,
  copy: string | undefined,
  work: (db: Database) => Result,
): Result {
  using place = copy === undefined ? placeInspected(path) : givenCopy(copy);
  try {
    const db = new Sqlite(place.path, { readonly: place.isReadonly, timeout: 500 });
    try {
      distrustContent(db);
      db.exec('BEGIN');
      refuseForeignSchema(db, path);
      return work(db);
    } finally {
      place.beforeClosing();
      db.close();
    }
  } catch (error) {
    throw explainOpening(error, path);
  }
}

interface InspectedPlace extends Disposable {
  path: string;
  isReadonly: boolean;
  /** To be called while SQLite still has open what it made beside the file. */
  beforeClosing(): void;
}

const nothing = () => undefined;

const givenCopy = (path: string): InspectedPlace => ({
  path,
  isReadonly: false,
  beforeClosing: nothing,
  [Symbol.dispose]: () => undefined,
});

/** The file itself, or a copy when a rollback journal of a crash has to be rolled back first. */
function placeInspected(path: string): InspectedPlace {
  const real = realPath(path);
  if ((fileState(`${real}-journal`)?.sizeBytes ?? 0) === 0) return inItsPlace(path);
  const folder = mkdtempSync(join(tmpdir(), 'lima-inspect-'));
  const copy = join(folder, 'project.lima');
  for (const suffix of ['', '-journal'])
    copyFileSync(real + suffix, copy + suffix, constants.COPYFILE_FICLONE);
  const dispose = () => rmSync(folder, { recursive: true, force: true });
  return { path: copy, isReadonly: false, beforeClosing: nothing, [Symbol.dispose]: dispose };
}

/**
 * Reading beside a write-ahead log makes SQLite's shared memory file, which goes again, unless
 * another one has its name by then. Whoever opens for writing needs none (it has the lock alone),
 * but may have made a log by now: that stays.
 */
function inItsPlace(path: string): InspectedPlace {
  const memory = `${realPath(path)}-shm`;
  const wasThere = existsSync(memory);
  let made: FileState | null = null;
  return {
    path,
    isReadonly: true,
    beforeClosing: () => {
      if (!wasThere) made = fileState(memory);
    },
    [Symbol.dispose]: () => {
      if (made && fileState(memory)?.id === made.id) rmSync(memory, { force: true });
    },
  };
}

const checkRow = z.object({ quick_check: z.string() });

function refuseDamage(db: Database, path: string): void {
  const first = get(db, checkRow, 'PRAGMA quick_check(1)')?.quick_check;
  if (first !== 'ok')
    throw new StoreError(
      'PROJECT_INVALID',
      `${path} is damaged (${previewLine(String(first), 200)}). Restore it from a backup; it was not changed.`,
      { path },
    );
}
