import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { syncFile } from '../../side-files/sync-folder.ts';
import { get, run, type Database } from '../database.ts';
import { distrustContent } from '../file/connection.ts';
import { refuseForeignOrder } from '../file/foreign-order.ts';
import { refuseForeignSchema } from '../file/foreign-schema.ts';
import { explainOpening } from '../file/explain-opening.ts';
import { checkRows } from '../checksums/check-rows.ts';
import { StoreError } from '../store-error.ts';
import { countRow } from '../columns.ts';
import { migrate } from '../migrations/migrate.ts';
import { migrations } from '../migrations/registry.ts';
import { mergeProjects, type MergedProjects, type MergeOptions } from './merge-projects.ts';
import { shareDeletions, type DeletedThing } from './merge-labels.ts';
import { shareEmptied } from './merge-bin.ts';
import { projectContentHash } from './project-content.ts';
import { purgeDeleted } from '../labels/purge-deleted.ts';
import { purgeEmptied } from '../labels/empty-bin.ts';

/** Two private copies: of the project that is merged into, and of the one that is read. */
export interface MergePlace {
  own: string;
  other: string;
}

/** What a merge did, with the hash of what the project holds before and after. */
export interface MergedFiles extends MergedProjects {
  /** What was deleted in the other file, and so is gone from the open project, too. */
  deleted: DeletedThing[];
  contentBefore: string;
  content: string;
  /** The greatest place in the order: what is done afterwards comes later. */
  sequence: number;
}

/**
 * Merges a copy of another project into a copy of the open one. Both are private, so that a crash
 * leaves nothing but files to remove; the other one is brought to this program's schema first.
 */
export function mergeFiles({ own, other }: MergePlace, options: MergeOptions): MergedFiles {
  migrateCopy(other, options.path);
  const db = openCopy(own, own);
  try {
    refuseForeignOrder(db, own);
    run(db, 'ATTACH DATABASE @other AS other', { other });
    refuseDamagedRows(db, 'The open project');
    options.onStep('content', 0, 0);
    const contentBefore = projectContentHash(db);
    const deleted = purgeBoth(db, other);
    const merged = mergeProjects(db, options);
    db.exec('DETACH DATABASE other');
    purgeDeleted(db);
    options.onStep('content', 0, 0);
    const sequence = get(
      db,
      sequenceRow,
      'SELECT last_sequence AS sequence FROM project',
    )?.sequence;
    const content = projectContentHash(db);
    return { ...merged, deleted, contentBefore, content, sequence: sequence ?? 0 };
  } finally {
    db.close();
  }
}

/** Takes out of both files what was deleted in either. */
function purgeBoth(db: Database, other: string): DeletedThing[] {
  const { deleted, isAny } = shareDeletions(db);
  const emptied = shareEmptied(db);
  if (!isAny && !emptied.isAny) return deleted;
  db.exec('DETACH DATABASE other');
  purgeDeleted(db);
  purgeEmptied(db);
  const theirs = openCopy(other, other);
  try {
    purgeDeleted(theirs);
    purgeEmptied(theirs);
  } finally {
    theirs.close();
  }
  run(db, 'ATTACH DATABASE @other AS other', { other });
  return [...deleted, ...emptied.samples];
}

/**
 * Ends a merged copy: the job that made it succeeded, and everything of it is on disk. It can take
 * the project's place then.
 */
export async function finishMergedCopy(path: string, jobId: string, report: object): Promise<void> {
  const db = openCopy(path, path);
  try {
    run(
      db,
      `UPDATE job SET state = 'succeeded', result_json = @result, progress_json = NULL,
         finished_ms = @finishedMs WHERE id = @jobId`,
      { jobId, result: JSON.stringify(report), finishedMs: Date.now() },
    );
  } finally {
    db.close();
  }
  // All of it was written without waiting for the disk: nobody else waits for that now.
  await syncFile(path);
}

const sequenceRow = z.object({ sequence: z.number().int() });

/** Rows that a disk changed must not go on as what somebody wrote, under new checksums. */
function refuseDamagedRows(db: Database, name: string): void {
  for (const damage of checkRows(db))
    if (damage)
      throw new StoreError(
        'PROJECT_INVALID',
        `${name} has rows of ${damage.table} that a disk or another program changed: take them back ` +
          'from a backup first. Nothing was merged.',
        { table: damage.table },
      );
}

function migrateCopy(path: string, name: string): void {
  try {
    const db = openCopy(path, name);
    try {
      refuseForeignOrder(db, name);
      migrate(db, migrations, () => undefined);
      // A file whose making was cut short has no row yet.
      if (get(db, countRow, 'SELECT count(*) AS n FROM project')?.n !== 1)
        throw new Error('it holds no project');
      refuseDamagedRows(db, name);
    } finally {
      db.close();
    }
  } catch (error) {
    throw explainOpening(error, name);
  }
}

/** Opens a private copy after the check of its schema; what is not finished of it is thrown away. */
function openCopy(path: string, name: string): Database {
  const db: Database = new Sqlite(path);
  try {
    distrustContent(db);
    db.pragma('locking_mode = EXCLUSIVE');
    refuseForeignSchema(db, name);
    db.pragma('journal_mode = MEMORY');
    db.pragma('synchronous = OFF');
    db.pragma('foreign_keys = OFF');
    db.pragma('temp_store = FILE');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
