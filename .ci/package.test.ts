import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  closeSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Arch, build, Platform } from 'electron-builder';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { verifyPackage } from '../main/electron/verify-package.ts';
import { readFuses, writeStandInElectron } from './stand-in-electron.ts';

const checkout = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'lima-package-'));
const app = join(folder, 'dist/linux-unpacked');
const unpacked = join(app, 'resources/app.asar.unpacked');
const node = join(app, 'resources/node/node');
const run = promisify(execFile);

const manifest = z
  .object({ devDependencies: z.record(z.string(), z.string()) })
  .parse(createRequire(import.meta.url)('../package.json'));

const checkPackage = () => verifyPackage(join(app, 'resources'));

let files: string[] = [];

beforeAll(async () => {
  writeStandInElectron(join(folder, 'electron'), manifest.devDependencies['electron'] ?? '');
  await build({
    projectDir: checkout,
    targets: Platform.LINUX.createTarget('dir', Arch.x64),
    config: {
      extends: join(checkout, 'electron-builder.yml'),
      electronDist: join(folder, 'electron'),
      directories: { output: join(folder, 'dist') },
    },
  });
  files = readdirSync(unpacked, { recursive: true, encoding: 'utf8' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package for Linux', () => {
  test('has what Electron runs inside app.asar and what Node runs beside it', () => {
    const archive = readArchive(join(app, 'resources/app.asar'));
    const shell = archive.files['out']?.files?.['main']?.files?.['electron']?.files ?? {};
    expect(shell).toMatchObject({
      'main.js': { size: expect.any(Number) },
      'preload.cjs': { size: expect.any(Number) },
    });
    const besideElectron = files.filter((path) => /^out\/main\/electron\/.*\.js$/.test(path));
    expect(besideElectron.filter((path) => !path.includes('/core-side/'))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'out/renderer/index.html',
        'out/main/electron/core-side/core-entry.js',
        'out/main/headless/cli.js',
        'out/main/trainer/entry.js',
        'out/main/inference/entry.js',
        'out/main/engines/inspector/entry.js',
        'out/main/core/curate/import/read/seven-zip/unpack-worker.js',
        'node_modules/7z-wasm/7zz.wasm',
        'node_modules/7z-wasm/License.txt',
      ]),
    );
  });

  // A file that is not unpacked lies in app.asar, whose header lists the unpacked ones too.
  test('brings the licences of all that is in it, and that of Node beside Node', () => {
    const built = readFileSync(join(checkout, 'out/third-party-notices.txt'), 'utf8');
    expect(readFileSync(join(app, 'resources/third-party-notices.txt'), 'utf8')).toBe(built);
    expect(readFileSync(join(app, 'resources/node/LICENSE'), 'utf8')).toContain('Node.js');
  });

  // Electron takes from it which file to run: outside, it would be checked by nobody.
  test('has the package.json that Electron reads inside app.asar, and one for Node outside', () => {
    const { files: top } = readArchive(join(app, 'resources/app.asar'));
    expect(top['package.json']).toMatchObject({ offset: expect.any(String) });
    expect(files).toContain('package.json');
  });

  test('is what was packaged, to the last byte of everything beside app.asar', async () => {
    await expect(checkPackage()).resolves.toBeUndefined();
  });

  test.each([
    ['a file of the core', 'app.asar.unpacked/out/main/core/create-core.js', 'differs'],
    ['what a package exports', 'app.asar.unpacked/node_modules/zod/package.json', 'differs'],
    ['the manifest for Node', 'app.asar.unpacked/package.json', 'differs'],
    ['the Node that runs it', 'node/node', 'differs'],
    ['the command line', 'bin/lima', 'differs'],
  ])('is refused by name when %s has one bit changed', async (_, name, how) => {
    const path = join(app, 'resources', name);
    const aside = join(folder, 'aside');
    const changed = readFileSync(path);
    const middle = changed.length >> 1;
    changed[middle] = (changed[middle] ?? 0) ^ 1;
    renameSync(path, aside);
    writeFileSync(path, changed);
    try {
      await expect(checkPackage()).rejects.toThrow(`${path} ${how}`);
    } finally {
      renameSync(aside, path);
    }
  });

  test('is refused by name when a file is gone, was added, or is a link to the same bytes', async () => {
    const place = join(unpacked, 'out/main/core');
    const path = join(place, 'create-core.js');
    const added = join(place, 'added.js');
    const aside = join(folder, 'moved.js');
    renameSync(path, aside);
    await expect(checkPackage()).rejects.toThrow(`${path} is missing`);
    symlinkSync(aside, path);
    await expect(checkPackage()).rejects.toThrow(`${path} is no file any more`);
    rmSync(path);
    renameSync(aside, path);
    writeFileSync(added, '');
    await expect(checkPackage()).rejects.toThrow(`${added} is no part of it`);
    rmSync(added);
    await expect(checkPackage()).resolves.toBeUndefined();
  });

  test('has the rooms of the product, and of what is never shipped none', () => {
    const { files: top } = readArchive(join(app, 'resources/app.asar'));
    const rooms = Object.keys(top['out']?.files?.['main']?.files ?? {}).toSorted();
    const unpackedRooms =
      'core engines gguf headless inference input-files native shell side-files store trainer'.split(
        ' ',
      );
    expect(rooms).toEqual([...unpackedRooms, 'electron'].toSorted());
    for (const room of unpackedRooms)
      expect(files.filter((path) => path.startsWith(`out/main/${room}/`))).not.toEqual([]);
  });

  test('has no test, tool, source, map, development package or CUDA library', () => {
    const own = files.filter((path) => path.startsWith('out/'));
    expect(own.filter((path) => /\.test\.|\/(testing|tools|types)\//.test(path))).toEqual([]);
    expect(files.filter((path) => /\.(ts|cts|mts|tsx|map|tsbuildinfo)$/.test(path))).toEqual([]);
    expect(files.filter((path) => /cuda|cublas/i.test(path))).toEqual([]);
    const development = Object.keys(manifest.devDependencies);
    expect(development.filter((name) => files.includes(join('node_modules', name)))).toEqual([]);
  });

  test('has native code of this platform only', () => {
    const native = files.filter((path) => /\.(node|so|dll|dylib)(\.\d+)*$/.test(path));
    expect(native.filter((path) => !isLinuxX64(join(unpacked, path)))).toEqual([]);
    for (const name of ['better-sqlite3', 'koffi', 'node-llama-cpp'])
      expect(native.filter((path) => path.includes(name))).not.toEqual([]);
  });

  test('finds its own kernels', async () => {
    const path = join(unpacked, 'out/main/trainer/ffi/kernels.js');
    const script =
      `import { loadKernels } from ${JSON.stringify(path)};` +
      `console.log(loadKernels(new Set(['AVX2', 'FMA', 'F16C']))?.variant);`;
    const { stdout } = await run(node, ['--input-type=module', '--eval', script]);
    expect(stdout.trim()).toBe('avx2');
  });

  test('finds its own 7-Zip, and what runs it in a thread', async () => {
    const place = join(unpacked, 'out/main/core/curate/import/read/seven-zip');
    const archive = join(folder, 'empty.7z');
    writeFileSync(archive, Buffer.from('377abcaf271c00048d9bd50f'.padEnd(64, '0'), 'hex'));
    const script =
      `import { UnpackedPosts } from ${JSON.stringify(join(place, 'unpacked-posts.js'))};` +
      `const posts = new UnpackedPosts(${JSON.stringify(archive)}, 32);` +
      `await posts.chunks().next().catch((error) => console.log(error.message));`;
    const { stdout } = await run(node, ['--input-type=module', '--eval', script]);
    expect(stdout.trim()).toBe(`${archive} is an empty 7-Zip archive.`);
  });

  test('has every fuse that would open the program flipped off', () => {
    // runAsNode, cookies, NODE_OPTIONS, inspect, asar integrity, only asar, snapshot, file://, wasm
    expect(readFuses(join(app, 'lima-workbench'))).toBe('000011001');
  });

  test('starts its command line on its own Node, database and engines included', async () => {
    const link = join(folder, 'lima');
    symlinkSync(join(app, 'resources/bin/lima'), link);
    const project = join(folder, 'packaged.lima');
    const environment = { PATH: '/usr/bin:/bin', LIMA_USER_DATA: join(folder, 'user-data') };
    const call = async (...words: string[]): Promise<unknown> => {
      const { stdout } = await run(link, [...words, '--json'], { env: environment, cwd: folder });
      return JSON.parse(stdout);
    };
    await call('new', project);
    await expect(call('info', project)).resolves.toMatchObject({ path: project });
    await expect(call('doctor')).resolves.toBeTypeOf('object');
  });

  test('starts the core of the desktop app, which answers and ends with its shell', async () => {
    const entry = join(unpacked, 'out/main/electron/core-side/core-entry.js');
    const core = spawn(node, [entry, join(folder, 'user-data')], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const exited = once(core, 'exit');
    const [frame]: unknown[] = await once(core, 'message');
    expect(frame).toEqual({ channel: 'ready' });
    core.disconnect();
    await expect(exited).resolves.toEqual([0, null]);
  });

  test('stays small enough to be downloaded', () => {
    const totalBytes = readdirSync(app, { recursive: true, encoding: 'utf8' })
      .map((path) => statSync(join(app, path)).size)
      .reduce((sum, size) => sum + size, 0);
    expect(totalBytes).toBeLessThan(320 * 2 ** 20);
  });
});

/** Reads the ELF header: 64 bit, little endian, machine x86-64. */
function isLinuxX64(path: string): boolean {
  const header = Buffer.alloc(20);
  const file = openSync(path, 'r');
  readSync(file, header);
  closeSync(file);
  return header.toString('latin1', 0, 6) === '\x7fELF\x02\x01' && header.readUInt16LE(18) === 62;
}

interface ArchiveEntry {
  files?: Record<string, ArchiveEntry>;
  size?: number;
  offset?: string;
}

/** The header of an asar archive: four sizes in little endian, then JSON. */
function readArchive(path: string): { files: Record<string, ArchiveEntry> } {
  const bytes = readFileSync(path);
  return JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12)));
}
