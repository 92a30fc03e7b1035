import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const variants = {
  avx512: '-mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma -mf16c -mtune=sapphirerapids',
  avx2: '-mavx2 -mfma -mf16c -mtune=haswell',
};
/** No libc, no path and no date: the same sources and compiler give the same bytes. */
const compile =
  '-c -std=gnu11 -O3 -fPIC -ffreestanding -fno-strict-aliasing -fno-stack-protector ' +
  '-fno-tree-loop-distribute-patterns -fno-asynchronous-unwind-tables -fno-ident ' +
  '-ffp-contract=off -Wall -Wextra -Werror';
const link =
  '-shared -nostdlib -s -Wl,-z,defs -Wl,-z,noexecstack -Wl,--build-id=none -Wl,-soname,lima-kernels.so';
const target = join(import.meta.dirname, '../../../resources/native/linux-x64/lima-kernels.so');

const words = (text: string) => text.split(' ');

/** The names of the sources in this folder, in order. */
const sourceNames = () =>
  readdirSync(import.meta.dirname)
    .filter((name) => /\.[ch]$/.test(name))
    .toSorted();

/** SHA-256 over names and bytes of all sources, which the library tells of itself. */
export function hashSources(): string {
  const hash = createHash('sha256');
  for (const name of sourceNames())
    hash.update(`${name}\n`).update(readFileSync(join(import.meta.dirname, name)));
  return hash.digest('hex');
}

function runCompiler(args: string[]): void {
  const { error, status } = spawnSync('gcc', args, { cwd: import.meta.dirname, stdio: 'inherit' });
  if (error)
    throw new Error(
      `gcc could not be started (${error.message}). Install it: "apt-get install gcc" on Debian ` +
        `and Ubuntu, "dnf install gcc" on Fedora.`,
    );
  if (status !== 0) throw new Error(`gcc ended with exit code ${status}.`);
}

function build(folder: string): void {
  const objects: string[] = [];
  const define = `-DLIMA_SOURCE_HASH="${hashSources()}"`;
  for (const [variant, flags] of Object.entries(variants))
    for (const name of sourceNames().filter((name) => name.endsWith('.c'))) {
      const object = join(folder, `${basename(name, '.c')}-${variant}.o`);
      runCompiler([...words(compile), ...words(flags), define, name, '-o', object]);
      objects.push(object);
    }
  mkdirSync(join(target, '..'), { recursive: true });
  runCompiler([...words(link), ...objects, '-o', target]);
}

function main(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      `The library is built on linux-x64, not on ${process.platform}-${process.arch}.`,
    );
  const folder = mkdtempSync(join(tmpdir(), 'lima-native-'));
  try {
    build(folder);
    console.log(`Built ${target}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) main();
