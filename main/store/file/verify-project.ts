import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import type { ContentCounts } from '../../../shared/domain/project/backup.ts';
import { previewLine } from '../../../shared/text/foreign-text.ts';
import { findRows, type WantedRows } from '../checksums/take-back.ts';
import { get, type Database } from '../database.ts';
import { distrustContent } from './connection.ts';
import { explainOpening } from './explain-opening.ts';
import { refuseForeignOrder } from './foreign-order.ts';
import { refuseForeignSchema } from './foreign-schema.ts';
import { inspectSchema, readInspected } from './inspect-project-file.ts';
import { contentCounts } from '../repositories/project/project-counts.ts';
import { StoreError } from '../store-error.ts';

/** What a project file is and holds. */
export interface ProjectDescription {
  uuid: string;
  schemaVersion: number;
  counts: ContentCounts;
}

/** Checks a copy of an open project, schema and every page, and makes it one file without a log. */
export function verifyCopy(path: string): void {
  try {
    const db = new Sqlite(path, { fileMustExist: true });
    try {
      distrustContent(db);
      refuseForeignSchema(db, path);
      db.pragma('journal_mode = DELETE');
      refuseDamage(db, path);
    } finally {
      db.close();
    }
  } catch (error) {
    throw explainOpening(error, path);
  }
}

/** What a project file holds; throws PROJECT_INVALID or PROJECT_NEWER. Writes nothing. */
export function describeProjectFile(path: string): ProjectDescription {
  const { schemaVersion } = inspectSchema(path);
  return readInspected(path, undefined, (db) => ({
    uuid: projectUuid(db),
    schemaVersion,
    counts: contentCounts(db),
  }));
}

/** The same after a check of every page, however large the file is. */
export function verifyProjectFile(path: string): ProjectDescription {
  const description = describeProjectFile(path);
  readInspected(path, undefined, (db) => {
    refuseForeignOrder(db, path);
    refuseDamage(db, path);
  });
  return description;
}

/** What tells a project from others, in all of its copies. */
export const projectUuid = (db: Database): string =>
  get(db, uuidRow, 'SELECT uuid FROM project')?.uuid ?? '';

/** Rows of a project file, for each group of them that is asked for; it is checked first. */
export function findRowsIn(path: string, wanted: readonly WantedRows[]): string[][] {
  inspectSchema(path);
  return readInspected(path, undefined, (db) => wanted.map((rows) => findRows(db, rows)));
}

const uuidRow = z.object({ uuid: z.string() });
const checkRow = z.object({ integrity_check: z.string() });

function refuseDamage(db: Database, path: string): void {
  const first = get(db, checkRow, 'PRAGMA integrity_check(1)')?.integrity_check;
  if (first === 'ok') return;
  throw new StoreError(
    'PROJECT_INVALID',
    `${path} is damaged (${previewLine(String(first), 200)}). Choose another backup.`,
    { path },
  );
}
