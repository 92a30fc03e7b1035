import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { launcherPath } from './launcher.ts';

/** No libc, no path and no date: the same source and compiler give the same bytes. */
const flags =
  '-std=gnu11 -Os -ffreestanding -nostdlib -static -fno-pie -no-pie -fno-stack-protector ' +
  '-fno-asynchronous-unwind-tables -fno-ident -fno-tree-loop-distribute-patterns ' +
  '-Wall -Wextra -Werror -s -Wl,-z,noexecstack -Wl,--build-id=none';

const compilers = { x64: 'gcc', arm64: 'aarch64-linux-gnu-gcc' } as const;

const source = join(import.meta.dirname, 'confine.c');

/** SHA-256 of the source, which a launcher tells of itself. */
export const hashSource = () => createHash('sha256').update(readFileSync(source)).digest('hex');

/** Compiles the launcher for one kind of processor. */
function buildLauncher(arch: keyof typeof compilers, target: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const define = `-DSOURCE_HASH="${hashSource()}"`;
  const args = [...flags.split(' '), define, source, '-o', target];
  const { error, status } = spawnSync(compilers[arch], args, { stdio: 'inherit' });
  if (error)
    throw new Error(
      `${compilers[arch]} could not be started (${error.message}). On Debian and Ubuntu: ` +
        '"apt-get install gcc gcc-aarch64-linux-gnu linux-libc-dev-arm64-cross".',
    );
  if (status !== 0) throw new Error(`${compilers[arch]} ended with exit code ${status}.`);
  console.log(`Built ${target}`);
}

if (import.meta.main) {
  buildLauncher('x64', launcherPath('linux-x64'));
  buildLauncher('arm64', launcherPath('linux-arm64'));
}
