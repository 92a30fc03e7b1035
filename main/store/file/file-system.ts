import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

// Magic numbers of statfs(2) on Linux; elsewhere the type is 0 and the disk counts as local.
const careful: Record<number, string> = {
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
  return careful[statfsSync(dirname(path)).type];
}
