import { closeSync, existsSync, lstatSync, rmSync, rmdirSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import type { ProjectAccess } from '../../../shared/domain/project/access.ts';
import { backupFolder } from '../backups/backup-list.ts';
import { writeMigrationBackup } from '../backups/migration-backup.ts';
import { createSideFile, makeSideFolder } from '../../side-files/side-file.ts';
import { guardWrites, run, type Database } from '../database.ts';
import { explainOpening, explainOpeningToEdit } from './explain-opening.ts';
import {
  carefulFileSystem,
  distrustContent,
  inLockingTransaction,
  journalForWriting,
} from './connection.ts';
import { orderProblem, orderText, refuseToAddBehind } from './foreign-order.ts';
import { refuseForeignSchema } from './foreign-schema.ts';
import { inspectSchema } from './inspect-project-file.ts';
import { migrate, refuseNewer, type OnMigrationStep } from '../migrations/migrate.ts';
import { migrations } from '../migrations/registry.ts';
import { readProjectHeader } from './project-header.ts';
import { fileState, hasSameContent, stampOf, type FileState } from './file-state.ts';
import { ProjectGuard } from './project-guard.ts';
import { inPlace, type ReadingPlace } from './reading-place.ts';
import { LockNote } from './project-lock.ts';
import { realPath, refuseStrangeSideFiles } from './project-side-files.ts';
import { logPath, setForeignLogAside, tellMissed } from './unclosed-project.ts';
import { StoreError } from '../store-error.ts';

/** An open project file. `notice` is a remark for the user, e.g. on a network disk. */
export interface ProjectFile {
  readonly path: string;
  readonly name: string;
  readonly db: Database;
  /** Folder beside the file for adapters and records. */
  readonly artifactsDir: string;
  readonly access: ProjectAccess;
  /** The schema version of the file itself; a copy in which it is read has the newest. */
  readonly fileVersion: number;
  /** Where it is read: the file itself, unless reading it had to be done in a copy. */
  readonly place: ReadingPlace;
  readonly notice: string | null;
  /** Notices what others do to the files while they are open; null where nothing is stored. */
  readonly guard: ProjectGuard | null;
  /** Folds everything back into the single file and gives up the lock. */
  close(): void;
}

/** A project file that is open for changes. */
export interface EditableProjectFile extends ProjectFile {
  readonly guard: ProjectGuard;
}

/** Creates an empty project. Throws FILE_EXISTS rather than touching an existing file. */
export function createProjectFile(path: string): EditableProjectFile {
  const absolute = resolve(path);
  requireFreePlace(absolute);
  try {
    closeSync(createSideFile(absolute));
    return openAt(absolute, true, backupFolder(absolute, null));
  } catch (error) {
    removeHalfMade(absolute);
    throw error;
  }
}

/** Throws unless a project can be made at a path without touching anything that is there. */
export function requireFreePlace(path: string): void {
  // A link that leads nowhere is there, too: SQLite would make the file that it names.
  if (lstatSync(path, { throwIfNoEntry: false }))
    throw new StoreError('FILE_EXISTS', `${path} exists already: open it or choose another name`, {
      path,
    });
  if (!existsSync(dirname(path)))
    throw new StoreError('FILE_NOT_FOUND', `There is no folder ${dirname(path)}`, {
      path: dirname(path),
    });
  refuseStrangeSideFiles(path);
}

/** Removes a project that could not be made: nothing of the user's can be in it yet. */
export function removeHalfMade(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal', '.lock'])
    rmSync(path + suffix, { force: true });
}

/**
 * Opens a project for writing and takes its lock. Throws FILE_NOT_FOUND, PROJECT_INVALID,
 * PROJECT_NEWER, PROJECT_LOCKED or MIGRATION_CHANGED, and leaves the file as it was. Before a
 * migration it goes to the `backups` folder as it is. `inspected` is the stamp of the files that
 * were inspected before: others are not opened in their place.
 */
export function openProjectFile(
  path: string,
  backups = backupFolder(path, null),
  inspected?: string,
): EditableProjectFile {
  const absolute = resolve(path);
  requireInspected(absolute, inspected);
  return openAt(absolute, false, backups);
}

function requireInspected(path: string, inspected: string | undefined): void {
  setForeignLogAside(path);
  const stamp = inspected ?? stampOf(realPath(path));
  refuseNewer(readProjectHeader(path), migrations.length);
  refuseStrangeSideFiles(path);
  // A connection that may write folds the log into the file when it closes, whatever it found.
  if (statSync(logPath(path), { throwIfNoEntry: false })?.size) inspectSchema(path);
  refuseSwapped(path, stamp);
}

/** True when opening a project for writing would first bring its schema to the newest version. */
export const isOfEarlierVersion = (path: string): boolean =>
  readProjectHeader(path) < migrations.length;

/** How a project of an earlier version is brought forward, and who hears of it. */
export interface BringingForward {
  backups: string;
  /** As for `openProjectFile`. */
  inspected: string;
  onStep: OnMigrationStep;
}

/**
 * Brings a project to the newest schema and closes it again, as `openProjectFile` would: of a large
 * one it takes many seconds. Returns the stamp of the files that it left.
 */
export function bringProjectForward(path: string, how: BringingForward): string {
  const absolute = resolve(path);
  requireInspected(absolute, how.inspected);
  openAt(absolute, false, how.backups, how.onStep).close();
  return stampOf(realPath(absolute));
}

/** Throws PROJECT_INVALID when the files are no longer those that were looked at. */
function refuseSwapped(path: string, stamp: string): void {
  if (stampOf(realPath(path)) !== stamp) throw swapped(path);
}

const swapped = (path: string) =>
  new StoreError(
    'PROJECT_INVALID',
    `${path} was written to or replaced while it was being opened. Open it again.`,
    { path },
  );

/**
 * Opens an inspected project for reading where `place` says, with a connection that cannot write:
 * nothing is made in the file or beside it. SQLite's shared lock keeps it as it is until it closes.
 */
export function openProjectForReading(path: string, place: ReadingPlace): ProjectFile {
  const absolute = resolve(path);
  // Before SQLite has it open: closing another descriptor of it would give up its locks.
  const fileVersion = readProjectHeader(absolute);
  const db = new Sqlite(place.path, { readonly: true, fileMustExist: true, timeout: 500 });
  let problem: string | undefined;
  try {
    distrustContent(db);
    // The lock of the first reading is kept, so that what was checked is what is read.
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN');
    refuseForeignSchema(db, absolute);
    problem = orderProblem(db);
    db.exec('COMMIT');
  } catch (error) {
    db.close();
    throw explainOpening(error, absolute);
  }
  return {
    ...namesOf(absolute),
    db,
    access: 'read',
    fileVersion,
    place,
    notice: problem === undefined ? null : orderText(problem),
    guard: null,
    close: () => {
      db.close();
      place[Symbol.dispose]();
    },
  };
}

const namesOf = (path: string) => ({
  path,
  name: basename(path).replace(/\.lima$/, ''),
  artifactsDir: `${path}.d`,
});

function openAt(
  path: string,
  isNew: boolean,
  backups: string,
  onStep?: OnMigrationStep,
): EditableProjectFile {
  const careful = carefulFileSystem(path);
  const missed = isNew ? null : tellMissed(path, careful === undefined);
  const names = namesOf(path);
  const { artifactsDir } = names;
  const before = fileState(path);
  const db = openForWriting(path);
  let guard: ProjectGuard;
  try {
    const isCareful = careful !== undefined;
    prepareConnection(db, { path, before, isCareful, isNew, backups, onStep });
    makeSideFolder(artifactsDir);
    const places = {
      file: path,
      real: realPath(path),
      log: logPath(path),
      folder: artifactsDir,
    };
    guard = new ProjectGuard(db, places, new LockNote(path), careful === undefined);
    guardWrites(db, guard);
  } catch (error) {
    db.close();
    throw explainOpeningToEdit(error, path);
  }
  const slow = careful
    ? `The project lies on a ${careful} disk: it is opened exclusively and writes more slowly.`
    : null;
  return {
    ...names,
    db,
    access: 'edit',
    fileVersion: migrations.length,
    place: inPlace(path),
    notice: missed ?? slow,
    guard,
    close: () => closeProject(db, guard, artifactsDir),
  };
}

function openForWriting(path: string): Database {
  try {
    return new Sqlite(path, { timeout: 500 });
  } catch (error) {
    throw explainOpeningToEdit(error, path);
  }
}

interface Opening {
  path: string;
  before: FileState | null;
  isCareful: boolean;
  isNew: boolean;
  backups: string;
  onStep: OnMigrationStep | undefined;
}

function prepareConnection(db: Database, opening: Opening): void {
  const { path, before, isCareful, isNew, backups, onStep } = opening;
  distrustContent(db);
  // Again after the inspector, and from here on nobody else can change the file.
  inLockingTransaction(db, () => {
    if (isNew) return;
    // By its content as well: a union of file systems gives a file another inode once it is written.
    const now = fileState(path);
    if (now?.id !== before?.id && !hasSameContent(before, now)) throw swapped(path);
    refuseForeignSchema(db, path);
    refuseToAddBehind(db, path);
  });
  journalForWriting(db, isCareful, isNew);
  migrate(db, migrations, () => writeMigrationBackup(db, backups), onStep);
  run(
    db,
    'INSERT INTO project (id, uuid, created_ms) VALUES (1, @uuid, @createdMs) ON CONFLICT DO NOTHING',
    { uuid: uuidv7(), createdMs: Date.now() },
  );
}

function closeProject(db: Database, guard: ProjectGuard, artifactsDir: string): void {
  if (!db.open) return;
  guard.close(() => fold(db));
  removeIfEmpty(artifactsDir);
}

function fold(db: Database): void {
  try {
    db.pragma('optimize');
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.pragma('journal_mode = DELETE');
  } catch (error) {
    // A full disk: what is stored stays in the log beside the file and is folded in next time.
    if (!(error instanceof Sqlite.SqliteError)) throw error;
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // A folder with adapters in it stays: rmdir removes only empty ones.
  }
}
