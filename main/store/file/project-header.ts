import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { recoveredHeader } from './recovered-header.ts';
import { StoreError, errorCode } from '../store-error.ts';

/** SQLite's application_id of a project file: "LIMA" in ASCII. */
export const applicationId = 0x4c494d41;

/**
 * Checks the first 100 bytes of a file before any native code sees it, and returns its schema
 * version. Where they make no sense, as after a loss of power in the middle of writing them, those
 * count that SQLite will take from the log or journal beside it. Throws FILE_NOT_FOUND,
 * FILE_UNREADABLE or PROJECT_INVALID.
 */
export function readProjectHeader(path: string): number {
  const header = readStart(path);
  try {
    return checkHeader(path, header);
  } catch (error) {
    const recovered = recoveredHeader(path);
    if (!recovered) throw error;
    return checkHeader(path, recovered);
  }
}

/** Source: sqlite.org/fileformat2.html, section 1.3. */
function checkHeader(path: string, header: Buffer): number {
  const invalid = (why: string) =>
    new StoreError(
      'PROJECT_INVALID',
      `${path} is not a Lima project: ${why}. It was not changed.`,
      {
        path,
      },
    );
  if (header.length === 0) throw invalid('the file is empty');
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0')
    throw invalid('it is no SQLite file');
  if (header.length < 100) throw invalid(`it ends after ${header.length} bytes`);
  const id = header.readUInt32BE(68);
  if (id !== applicationId)
    throw invalid(`it is a SQLite file of another program (application id ${id})`);
  const encoding = header.readUInt32BE(56);
  if (encoding > utf8) throw invalid('its text is not UTF-8');
  if (header[20] !== 0) throw invalid('its pages reserve room for something else');
  return header.readUInt32BE(60);
}

/**
 * How the file says it is to be read: with a write-ahead log, which SQLite makes beside it even to
 * read, or with a rollback journal.
 */
export function readJournalMode(path: string): 'log' | 'journal' {
  const header = readStart(path);
  return header[18] === writeAheadLog || header[19] === writeAheadLog ? 'log' : 'journal';
}

const writeAheadLog = 2;

// 0 stands in a file that nothing was written to yet.
const utf8 = 1;
// A pipe is opened without waiting for whoever writes to it, and then refused.
const readOnly = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

function readStart(path: string): Buffer {
  try {
    const file = openSync(path, readOnly);
    try {
      if (!fstatSync(file).isFile())
        throw new StoreError('PROJECT_INVALID', `${path} is no file`, { path });
      const header = Buffer.alloc(100);
      return header.subarray(0, readSync(file, header, 0, 100, 0));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = errorCode(error) || 'unknown error';
    if (code === 'ENOENT')
      throw new StoreError('FILE_NOT_FOUND', `There is no file ${path}`, { path });
    throw new StoreError('FILE_UNREADABLE', `${path} cannot be read (${code})`, { path, code });
  }
}
