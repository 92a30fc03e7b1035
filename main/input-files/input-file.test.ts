import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  isWindowsDevice,
  openInputFile,
  openInputFileSync,
  readInputFile,
  readInputFileSync,
  requireOutputFile,
} from './input-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-input-'));
const at = (name: string) => join(folder, name);
const server = createServer();
beforeAll(async () => {
  mkdirSync(at('folder'));
  writeFileSync(at('plain'), 'hello');
  symlinkSync(at('plain'), at('link'));
  symlinkSync(at('loop'), at('loop'));
  if (process.platform === 'win32') return;
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync(at('pipe'), at('link-to-pipe'));
  await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const messageOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'it was opened';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe.skipIf(process.platform === 'win32')('what is no regular file', () => {
  test.each([
    ['pipe', /is a pipe, not a regular file\. Save what it delivers/],
    ['link-to-pipe', /is a pipe/],
    ['socket', /is a socket/],
    ['folder', /is a folder/],
    ['/dev/zero', /is a device/],
    ['/dev/tty', /is a device|cannot be read/],
    ['loop', /cannot be read \(ELOOP\)/],
    ['nothing', /There is no file/],
    ['plain/below', /There is no file/],
  ])('%s is refused at once, by every way in', async (name, words) => {
    const path = name.startsWith('/') ? name : at(name);
    const startMs = performance.now();
    const ways = [
      () => openInputFile(path),
      () => openInputFileSync(path),
      () => readInputFile(path, 100),
      () => readInputFileSync(path, 100),
    ];
    for (const way of ways) {
      const message = await messageOf(way);
      expect(message).toContain(path);
      expect(message).toMatch(words);
    }
    expect(performance.now() - startMs).toBeLessThan(20_000);
  });

  test('standard input is taken when it is a file and refused when it is a pipe', () => {
    const code = [
      `import { readInputFileSync } from ${JSON.stringify(join(import.meta.dirname, 'input-file.ts'))};`,
      `try { console.log(String(readInputFileSync('/dev/stdin', 100))); }`,
      `catch (error) { console.log(error.message); }`,
    ].join('\n');
    const run = (shell: string) =>
      execFileSync('sh', ['-c', shell, process.execPath, code, at('plain')], { encoding: 'utf8' });
    expect(run('"$0" --input-type=module -e "$1" < "$2"')).toBe('hello\n');
    expect(run('cat "$2" | "$0" --input-type=module -e "$1"')).toContain('is a pipe');
  });

  test.each(['pipe', 'socket', 'folder', '/dev/null'])('%s is no place to write to', (name) => {
    const path = name.startsWith('/') ? name : at(name);
    expect(() => requireOutputFile(path)).toThrow('not a regular file');
  });
});

test('a regular file is read whole, also through a link', async () => {
  expect(String(await readInputFile(at('link'), 5))).toBe('hello');
  expect(String(readInputFileSync(at('plain'), 5))).toBe('hello');
  requireOutputFile(at('plain'));
  requireOutputFile(at('new'));
});

test('a file that is longer than its kind can be is refused before it is read', async () => {
  writeFileSync(at('sparse'), '');
  truncateSync(at('sparse'), 2 ** 40);
  const words = /has 1099511627776 bytes; a file of this kind has at most 1000/;
  expect(await messageOf(() => readInputFile(at('sparse'), 1000))).toMatch(words);
  expect(() => readInputFileSync(at('sparse'), 1000)).toThrow(words);
});

describe('names that Windows takes for devices', () => {
  test.each([
    'NUL',
    'con',
    'C:\\data\\nul.txt',
    'data/com1',
    'COM¹.jsonl',
    'lpt9 .x',
    'aux:stream',
    'CONOUT$',
    String.raw`\\.\PhysicalDrive0`,
    '//./pipe/x',
    String.raw`\\?\GLOBALROOT\Device\Null`,
  ])('%s is one', (path) => {
    expect(isWindowsDevice(path)).toBe(true);
  });
  test.each(['null', 'console.txt', 'com10', 'com', 'a.nul', 'nul\\x.txt', '\\\\?\\C:\\x.txt'])(
    '%s is none',
    (path) => {
      expect(isWindowsDevice(path)).toBe(false);
    },
  );
});
