import { renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Sqlite, { type Statement } from 'better-sqlite3';
import { makeSideFolder } from '../../side-files/side-file.ts';
import { countRow } from '../columns.ts';
import { get, type Database, type WriteGuard } from '../database.ts';
import { StoreError } from '../store-error.ts';
import { fileState, hasSameContent, type FileState } from './file-state.ts';
import { setAside } from './unclosed-project.ts';
import type { LockNote, SeenFiles } from './project-lock.ts';

/** What somebody else did to the files of an open project. */
export interface ProjectChange {
  part: 'file' | 'log' | 'folder';
  what: 'gone' | 'replaced' | 'overwritten';
  path: string;
}

/** Where the files of a project lie. */
export interface ProjectPlaces {
  file: string;
  /** Where the links of `file` led when it was opened. */
  real: string;
  log: string;
  folder: string;
}

/** Above this the log is folded into the file; SQLite's own default is 1,000 pages. */
const foldBytes = 4 * 1024 * 1024;

/**
 * Notices that the files of an open project were deleted, replaced or written to by somebody else:
 * before each transaction, after each commit and whenever `look` is called. From then on nothing is
 * stored, and so nothing acknowledged. SQLite itself would go on writing to a file without a name.
 */
export class ProjectGuard implements WriteGuard {
  /** Called once, when a change is noticed. */
  onChange: (change: ProjectChange) => void = () => undefined;
  readonly #db: Database;
  readonly #places: ProjectPlaces;
  readonly #note: LockNote;
  /** Sizes and times of a network disk come late, and belong to its server. */
  readonly #comparesContent: boolean;
  #file: FileState | null;
  #log: FileState | null;
  #folder: FileState | null;
  #change: ProjectChange | null = null;
  readonly #counting: Statement;
  /** Rows that the connection had changed when the files were last seen. */
  #changes: unknown;

  constructor(db: Database, places: ProjectPlaces, note: LockNote, comparesContent: boolean) {
    this.#db = db;
    this.#places = places;
    this.#note = note;
    this.#comparesContent = comparesContent;
    this.#counting = db.prepare('SELECT total_changes()').pluck();
    this.#changes = this.#countChanges();
    this.#file = fileState(places.file);
    this.#log = fileState(places.log);
    this.#folder = fileState(places.folder);
    // The log is folded here, right after the file was found to be ours, and at no other time.
    db.pragma('wal_autocheckpoint = 0');
    note.write(this.#seen(false));
  }

  /** What was noticed, if anything. */
  get change(): ProjectChange | null {
    return this.#change;
  }

  /** True when closing can put nothing into the file: what is open is lost unless it is copied. */
  get needsCopy(): boolean {
    return this.look() !== null && !this.#canFold();
  }

  /** Compares the files with how they were last seen. */
  look(): ProjectChange | null {
    if (this.#change || !this.#db.open) return this.#change;
    // Stored by this connection, but not through `database.ts`: no change by somebody else.
    if (this.#countChanges() !== this.#changes && !this.#strangers()) this.#record();
    const { file, log } = this.#places;
    const change =
      this.#difference('file', file, this.#file, this.#comparesContent) ??
      this.#difference('log', log, this.#log, this.#comparesContent) ??
      this.#folderDifference();
    if (change) this.#stop(change);
    return change;
  }

  before(): void {
    const change = this.look();
    if (change) throw refusal(change);
  }

  after(): void {
    const change = this.#strangers() ?? this.#folderDifference();
    if (change) this.#stop(change);
    if (change) throw refusal(change);
    this.#record();
    if ((this.#log?.sizeBytes ?? 0) > foldBytes) this.#fold();
    this.#note.write(this.#seen(false));
  }

  failed(): void {
    // The log may have grown by what was rolled back, or the disk is full in the middle of it.
    if (!this.#change && !this.#strangers()) this.#record();
  }

  /** Puts the log into the file ahead of closing, unless somebody changed the one or the other. */
  foldEarly(): void {
    if (!this.look()) this.#fold();
  }

  /**
   * Ends the connection. `fold` puts the log into the file; it is called unless the file is no
   * longer the one that the log belongs to.
   */
  close(fold: () => void): void {
    if (this.look() && !this.#canFold()) return this.#abandon();
    try {
      this.#db.pragma('query_only = OFF');
      // The note says so before the log can vanish.
      this.#note.write(this.#seen(true), true);
      fold();
    } finally {
      this.#db.close();
      this.#note.remove();
    }
  }

  /** A log without a name can still be read, and belongs to a file that nobody touched. */
  #canFold(): boolean {
    const { real, log } = this.#places;
    const change = this.#difference('log', log, this.#log, this.#comparesContent);
    const isOurs = !this.#difference('file', real, this.#file, this.#comparesContent);
    return isOurs && (!change || change.what === 'gone');
  }

  /**
   * Closes without touching what stands there now. SQLite folds the log and deletes what has its
   * name unless its own file was moved away: so it is, for the moment of closing.
   */
  #abandon(): void {
    const { real, log } = this.#places;
    // Beside another file it would be taken for that file's log.
    if (this.#log && fileState(log)?.id === this.#log.id) setAside(log);
    const aside = `${real}.${process.pid}.aside`;
    const isThere = fileState(real)?.id === this.#file?.id;
    if (isThere) renameSync(real, aside);
    try {
      this.#db.close();
    } finally {
      process.off('exit', this.#abandonAtExit);
      if (isThere) renameSync(aside, real);
      this.#note.remove();
    }
  }

  /** Whose names stand for other files, or none. */
  #strangers(): ProjectChange | null {
    const { file, log } = this.#places;
    return (
      this.#difference('file', file, this.#file, false) ??
      this.#difference('log', log, this.#log, false)
    );
  }

  /** Who stands under the name: another file, none, or (when compared) one with other content. */
  #difference(
    part: ProjectChange['part'],
    path: string,
    before: FileState | null,
    comparesContent: boolean,
  ): ProjectChange | null {
    if (!before) return null;
    const now = fileState(path);
    if (!now) return { part, what: 'gone', path };
    if (now.id !== before.id) return { part, what: 'replaced', path };
    const isShorter = part === 'log' && now.sizeBytes < before.sizeBytes;
    if (isShorter || (comparesContent && !hasSameContent(before, now)))
      return { part, what: 'overwritten', path };
    return null;
  }

  /** Git and sync tools remove an empty folder: while nothing lies in it, it is made again. */
  #folderDifference(): ProjectChange | null {
    const change = this.#difference('folder', this.#places.folder, this.#folder, false);
    if (change?.what !== 'gone' || this.#hasRuns()) return change;
    try {
      makeSideFolder(this.#places.folder);
    } catch {
      return change;
    }
    this.#folder = fileState(this.#places.folder);
    return null;
  }

  #hasRuns(): boolean {
    return (get(this.#db, countRow, 'SELECT count(*) AS n FROM run')?.n ?? 0) > 0;
  }

  readonly #abandonAtExit = () => {
    if (this.#db.open && !this.#canFold()) this.#abandon();
  };

  #stop(change: ProjectChange): void {
    this.#change = change;
    // An exit without a close would fold the log into what stands there now.
    process.once('exit', this.#abandonAtExit);
    // Whatever is written without passing the guard is refused as well.
    this.#db.pragma('query_only = ON');
    this.onChange(change);
  }

  #countChanges(): unknown {
    return this.#counting.get();
  }

  #record(): void {
    this.#changes = this.#countChanges();
    this.#file = fileState(this.#places.file);
    this.#log = fileState(this.#places.log);
  }

  #fold(): void {
    this.#note.write(this.#seen(true));
    try {
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      // A full disk, or a reader: everything is in the log still, and the next commit tries again.
      if (!(error instanceof Sqlite.SqliteError)) throw error;
    }
    this.#record();
  }

  #seen(isFolding: boolean): SeenFiles {
    const unknown = { id: '', sizeBytes: 0, modified: '' };
    return { file: this.#file ?? unknown, log: this.#log, isFolding };
  }
}

const happened = {
  gone: 'was deleted, moved or renamed',
  replaced: 'was replaced by another one',
  overwritten: 'was written to by another program',
} as const;

const whatLiesThere = {
  file: '',
  log: ', which holds the newest changes,',
  folder: ', which holds what was trained,',
} as const;

/** What happened to the project, in one sentence for a person. */
export function tellChange({ part, what, path }: ProjectChange): string {
  return `While the project was open, ${basename(path)} in ${dirname(path)}${whatLiesThere[part]} ${happened[what]}.`;
}

/** The same with what it means and what to do. */
export const explainChange = (change: ProjectChange): string =>
  `${tellChange(change)} Nothing more is stored there, so that nothing is lost. ` +
  'Save what is open as a new file and go on in that.';

const refusal = (change: ProjectChange) =>
  new StoreError('PROJECT_READ_ONLY', explainChange(change), {
    path: change.path,
    reason: 'changed-outside',
    what: change.what,
  });
