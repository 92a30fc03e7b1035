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

/** Makes SQLite distrust what the file holds: its schema, the sizes of its cells, its mapping. */
export function distrustContent(db: Database): void {
  db.pragma('trusted_schema = OFF');
  db.pragma('cell_size_check = ON');
  db.pragma('mmap_size = 0');
}

/**
 * Takes the lock that keeps a second process out until the connection closes, and makes a commit
 * mean that it is on disk. A careful file system gets a rollback journal.
 */
export function lockForWriting(db: Database, isCareful: boolean, isNew: boolean): void {
  db.pragma('foreign_keys = ON');
  db.pragma('locking_mode = EXCLUSIVE');
  // Before the write-ahead log: whoever reads the first bytes of the file must find it there.
  if (isNew) db.pragma(`application_id = ${applicationId}`);
  db.pragma(`journal_mode = ${isCareful ? 'DELETE' : 'WAL'}`);
  db.pragma(`synchronous = ${isCareful ? 'EXTRA' : 'FULL'}`);
  db.exec('BEGIN EXCLUSIVE; COMMIT');
}
