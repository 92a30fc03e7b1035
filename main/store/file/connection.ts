import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from '../database.ts';
import { applicationId } from './project-header.ts';

// Magic numbers of statfs(2) on Linux; elsewhere the type is 0 and the disk counts as local.
const carefulFileSystems: Record<number, string> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x65735546: 'FUSE',
  0x01021997: '9P',
  0x4d44: 'FAT',
  0x2011bab0: 'exFAT',
};

/**
 * The name of a network or removable file system that holds `path`, or `undefined` for a local
 * disk: write-ahead logging needs shared memory and locks that those do not keep.
 */
export function carefulFileSystem(path: string): string | undefined {
  return carefulFileSystems[statfsSync(dirname(path)).type];
}

/**
 * Makes SQLite distrust what the file holds: its schema, the sizes of its cells, its mapping. None
 * of these reads the file, so they come before the check of the schema. better-sqlite3 opens every
 * connection DEFENSIVE; it cannot switch triggers and views off, so only that check keeps them out.
 */
export function distrustContent(db: Database): void {
  db.unsafeMode(false);
  db.pragma('trusted_schema = OFF');
  db.pragma('cell_size_check = ON');
  db.pragma('mmap_size = 0');
}

/**
 * Takes the lock that keeps a second process out until the connection closes, and calls `check`
 * while nothing has been written: what it throws leaves the file as it was.
 */
export function inLockingTransaction(db: Database, check: () => void): void {
  db.pragma('locking_mode = EXCLUSIVE');
  db.exec('BEGIN EXCLUSIVE');
  try {
    check();
  } finally {
    // A damaged file may have ended it already.
    if (db.inTransaction) db.exec('ROLLBACK');
  }
}

/** Makes a commit mean that it is on disk. A careful file system gets a rollback journal. */
export function journalForWriting(db: Database, isCareful: boolean, isNew: boolean): void {
  db.pragma('foreign_keys = ON');
  // Before the write-ahead log: whoever reads the first bytes of the file must find it there.
  if (isNew) db.pragma(`application_id = ${applicationId}`);
  db.pragma(`journal_mode = ${isCareful ? 'DELETE' : 'WAL'}`);
  db.pragma(`synchronous = ${isCareful ? 'EXTRA' : 'FULL'}`);
  db.exec('BEGIN EXCLUSIVE; COMMIT');
}
