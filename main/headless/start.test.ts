import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findElectronBinary, isRendererStale } from './launch/checkout.ts';
import { sendRaw } from './testing/raw-request.ts';
import { CliFolder } from './testing/child-cli.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lima-start-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, modifiedSeconds: number, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  utimesSync(join(root, path), modifiedSeconds, modifiedSeconds);
}

it('builds the page only when it is missing or older than a source of it', () => {
  const isStale = () => isRendererStale(root, join(root, 'out'));
  write('renderer/vite.config.ts', 1000);
  write('shared/a.ts', 1000);
  const states = [isStale()];
  write('out/index.html', 2000);
  states.push(isStale());
  write('shared/deep/b.ts', 3000);
  states.push(isStale());
  rmSync(join(root, 'renderer'), { recursive: true });
  states.push(isStale());
  expect(states).toEqual([true, false, true, false]);
});

it('believes in Electron only when its program lies there, and never imports the package', () => {
  const find = () => findElectronBinary(root);
  const found = [find()];
  write(
    'node_modules/electron/index.js',
    1,
    'throw new Error("imported: this downloads Electron")',
  );
  found.push(find());
  write('node_modules/electron/path.txt', 1, 'electron');
  found.push(find());
  write('node_modules/electron/dist/electron', 1);
  found.push(find());
  const program = join(root, 'node_modules/electron/dist/electron');
  expect(found).toEqual([
    { missing: expect.stringContaining('not installed') },
    { missing: expect.stringContaining('not downloaded') },
    { missing: expect.stringContaining(program) },
    { path: program },
  ]);
});

it('starts web mode where there is no display, says why, and folds the project on SIGTERM', async () => {
  using folder = new CliFolder();
  await folder.run('new', 'p.lima');
  const start = folder.start(['p.lima'], join(import.meta.dirname, 'start.ts'));
  const [address, port] = await start.printed(/http:\/\/127\.0\.0\.1:(\d+)\/#token=[\w-]{43}/);
  expect(start.stderr).toContain('No desktop window: this machine has no display');
  expect(address).not.toBe('');
  const page = { method: 'GET', target: '/', headers: [['Host', `127.0.0.1:${port}`]] } as const;
  const answer = await sendRaw(Number(port), { ...page, headers: [['Host', `127.0.0.1:${port}`]] });
  expect(answer.status).toBe(200);
  const locked = await folder.run('info', 'p.lima', '--json');
  expect(JSON.parse(locked.stdout)).toMatchObject({ error: { code: 'PROJECT_LOCKED' } });
  start.child.kill('SIGTERM');
  expect((await start.finished).code).toBe(0);
  const left = ['p.lima-wal', 'p.lima-shm'].filter((name) => existsSync(join(folder.path, name)));
  expect(left).toEqual([]);
});
