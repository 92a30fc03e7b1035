import { closeSync, lstatSync, openSync, realpathSync, rmSync } from 'node:fs';
import { readJournalMode } from '../../store/file/project-header.ts';
import type { EngineFiles } from './guarded-engines.ts';

const sideFiles = ['-wal', '-shm', '-journal', '.lock', '.d'];

/** What an inspector is given of a project; disposing of it takes the shared memory away again. */
export interface ProjectToRead extends EngineFiles, Disposable {
  /** Takes an empty log away that was made for reading; only for a file that nobody may open. */
  discardLog(): void;
}

/**
 * A project file and what lies beside it, to be read. One that is left in log mode, as by a crash,
 * SQLite reads by way of a log and shared memory in files. An engine makes none in a folder of a
 * person, so they are made here, empty; the next opening folds the log away. Where a copy is read
 * instead (`isInPlace` false) nothing is made.
 */
export function projectToRead(path: string, isInPlace = true): ProjectToRead {
  const real = realPath(path);
  const [log, memory] = [`${real}-wal`, `${real}-shm`];
  const isLogMode = isInPlace && isInLogMode(real);
  const isLogMade = isLogMode && makeEmpty(log);
  const isMemoryMade = isLogMode && makeEmpty(memory);
  const beside = sideFiles.map((suffix) => real + suffix).filter(isPlain);
  return {
    reads: [path, real, ...beside],
    writes: isLogMode && isPlain(memory) ? [memory] : [],
    discardLog: () => {
      if (isLogMade && lstatSync(log, { throwIfNoEntry: false })?.size === 0) rmSync(log);
    },
    [Symbol.dispose]: () => {
      if (isMemoryMade) rmSync(memory, { force: true });
    },
  };
}

function isInLogMode(path: string): boolean {
  try {
    return readJournalMode(path) === 'log';
  } catch {
    // The inspector says what is wrong with it.
    return false;
  }
}

/** The file behind links; whoever opens a file that is not there is told so. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What a link of a stranger leads to is nothing that an engine was given. */
function isPlain(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true || (found?.isFile() === true && found.nlink === 1);
}

/** True when the file was free and is there now; where nobody may write, a copy is read instead. */
function makeEmpty(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch {
    return false;
  }
}
