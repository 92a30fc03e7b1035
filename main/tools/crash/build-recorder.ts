import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { recorderSourceHash } from './record.ts';

// Builds the recorder of file operations: `node main/tools/crash/build-recorder.ts` after a change
// of record-io.c. It asks the C library for nothing newer than 2.2.5.
const target = join(import.meta.dirname, 'linux-x64', 'record-io.so');
mkdirSync(dirname(target), { recursive: true });
const flags =
  '-shared -fPIC -std=gnu11 -O2 -Wall -Wextra -Werror -fno-ident -s -Wl,-z,defs -Wl,--build-id=none';
const { error, status } = spawnSync(
  'gcc',
  [
    ...flags.split(' '),
    `-DLIMA_SOURCE_HASH="${recorderSourceHash()}"`,
    join(import.meta.dirname, 'record-io.c'),
    '-o',
    target,
  ],
  { stdio: 'inherit' },
);
if (error) throw new Error(`gcc could not be started (${error.message}). Install it.`);
if (status !== 0) throw new Error(`gcc ended with exit code ${status}.`);
console.log(target);
