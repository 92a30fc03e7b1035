import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusalOf, TestCore } from '../testing/a-core.ts';
import { ExportFiles } from './export-files.ts';
import { PathGuard } from './path-guard.ts';

let core: TestCore;
let datasetId = '';
let model = { path: '', modelId: '' };
const at = (name: string) => core.path(name);
const exportTo = (path: string, overwrite = false) =>
  core.client.datasets.export({ datasetId, path, format: 'messages', overwrite });

beforeAll(async () => {
  core = await TestCore.start();
  await core.client.project.create({ path: at('other.lima') });
  await core.client.project.close();
  copyFileSync(at('other.lima'), at('renamed.sqlite'));
  writeFileSync(at('other.lima.backup-v3'), 'a backup');
  await core.client.project.open({ path: core.projectPath });
  model = await core.addModel();
  datasetId = await core.freezeDataset();
  mkdirSync(at('p.lima.d/runs'), { recursive: true });
  writeFileSync(at('p.lima.d/runs/adapter'), 'weights');
  mkdirSync(at('a'));
  symlinkSync(at('a'), at('link-to-a'));
  symlinkSync(core.projectPath, at('link.jsonl'));
  symlinkSync(at('user'), at('link-to-user'));
  symlinkSync(at('p.lima.d'), at('link-to-d'));
  symlinkSync(model.path, at('link-to-model'));
  linkSync(core.projectPath, at('hard.jsonl'));
  linkSync(at('p.lima.d/runs/adapter'), at('hard-adapter'));
  linkSync(at('user/settings.json'), at('hard-settings'));
  linkSync(`${core.projectPath}-wal`, at('hard-wal'));
});
afterAll(() => core[Symbol.asyncDispose]());

/** Bytes of everything in the folder, but for logs that SQLite writes on its own. */
const contents = () =>
  readdirSync(core.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/-(wal|shm)$|\.log$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${readFileSync(path).length} ${lstatSync(path).ino}`)
    .toSorted();

const protectedNames = [
  '',
  '-wal',
  '-shm',
  '-journal',
  '.lock',
  '.d',
  '.d/x',
  '.d/runs/adapter',
  '.d/runs/new/x',
  '.backup',
  '.backup-v3',
  '.backup-2026',
  '.backups/x',
].flatMap((ending) => [`p.lima${ending}`, `P.LIMA${ending.toUpperCase()}`, `a/../p.lima${ending}`]);

describe('an export is refused, and nothing is touched, where it would name', () => {
  test.each([
    ...protectedNames,
    'other.lima',
    'other.lima-wal',
    'other.lima.d/x',
    'other.lima.backup-v3',
    'new.lima',
    'quince-00001-of-00002.gguf',
    'renamed.sqlite',
    'renamed.sqlite-wal',
    'renamed.sqlite.lock',
    'renamed.sqlite.d/x',
    'tiny.gguf',
    'link-to-model',
    'link.jsonl',
    'hard.jsonl',
    'hard-adapter',
    'hard-wal',
    'user/settings.json',
    'user/lima.log',
    'user/new',
    'USER/settings.json',
    'hard-settings',

    'link-to-user/settings.json',
    'link-to-user/new',
    'link-to-d/new',
    'link-to-d/runs/adapter',
    'p.lima\u200b-wal',
    'p.lim\uff41-wal',
    'nowhere/x',
    'a',
    'link-to-a',
  ])('%s', async (name) => {
    const before = contents();
    for (const overwrite of [false, true]) {
      const { code, message } = await refusalOf(exportTo(at(name), overwrite));
      expect([code, name]).toEqual([
        expect.stringMatching(/^(INVALID_INPUT|FILE_NOT_FOUND)$/),
        name,
      ]);
      expect(message).toMatch(
        /: choose another file to write to\. It was not touched\.$|: make it first$/,
      );
    }
    expect(contents()).toEqual(before);
  });
});

test('a pipe is refused as what it is', async () => {
  execFileSync('/usr/bin/env', ['mkfifo', at('pipe')]);
  const { code, message } = await refusalOf(exportTo(at('pipe'), true));
  expect([code, message]).toEqual(['INVALID_INPUT', expect.stringContaining('is a pipe')]);
});

test('a file that no export wrote is replaced only when a person agreed', async () => {
  const path = at('thesis.jsonl');
  writeFileSync(path, 'precious');
  const refusal = await core.client.datasets
    .export({ datasetId, path, format: 'messages' })
    .catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'FILE_EXISTS', data: { path, canReplace: true } });
  expect(readFileSync(path, 'utf8')).toBe('precious');
  await exportTo(path, true);
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(4);
});

test('a former export is replaced without a question, but not once somebody changed it', async () => {
  const path = at('again.jsonl');
  await exportTo(path);
  const first = lstatSync(path).ino;
  await exportTo(path);
  expect(lstatSync(path).ino).not.toBe(first);
  writeFileSync(path, 'edited by hand');
  expect(await refusalOf(exportTo(path))).toMatchObject({ code: 'FILE_EXISTS' });
  // Nor is another file of the same name and bytes, which somebody put there.
  await exportTo(path, true);
  const bytes = readFileSync(path);
  rmSync(path);
  writeFileSync(at('other'), bytes);
  copyFileSync(at('other'), path);
  expect(await refusalOf(exportTo(path))).toMatchObject({ code: 'FILE_EXISTS' });
});

test('a link is replaced itself when a person agreed, not what it leads to', async () => {
  writeFileSync(at('victim'), 'precious');
  for (const target of ['victim', 'nowhere']) {
    const path = at(`link-to-${target}`);
    symlinkSync(at(target), path);
    expect(await refusalOf(exportTo(path))).toMatchObject({ code: 'FILE_EXISTS' });
    await exportTo(path, true);
    expect(lstatSync(path).isFile()).toBe(true);
  }
  expect(readFileSync(at('victim'), 'utf8')).toBe('precious');
  expect(existsSync(at('nowhere'))).toBe(false);
});

// The temporary name was once the name with “.part”, which a crash's leftover was cleared from.
test('what lies beside an export under a likely temporary name stays as it is', async () => {
  const path = at('draft.jsonl');
  for (const name of ['draft.jsonl.part', 'draft.jsonl.tmp', `draft.jsonl.${process.pid}.part`])
    writeFileSync(at(name), 'precious');
  symlinkSync(at('victim'), at('draft.jsonl.partial'));
  await exportTo(path);
  for (const name of ['draft.jsonl.part', 'draft.jsonl.tmp', `draft.jsonl.${process.pid}.part`])
    expect(readFileSync(at(name), 'utf8')).toBe('precious');
  expect(readdirSync(core.folder).filter((name) => name.startsWith('.lima-export'))).toEqual([]);
});

const files = () => new ExportFiles(new PathGuard(null), at('user'));

test('an export that fails leaves the former content and nothing beside it', async () => {
  const path = at('kept.txt');
  writeFileSync(path, 'former');
  const fail = async () => {
    await using draft = await files().start(path, { overwrite: true });
    await draft.file.writeFile('half');
    throw new Error('stopped');
  };
  await expect(fail()).rejects.toThrow('stopped');
  expect(readFileSync(path, 'utf8')).toBe('former');
  expect(readdirSync(core.folder).filter((name) => name.includes('lima-export'))).toEqual([]);
});

test('a file that came to the place while the export was written is not replaced', async () => {
  const path = at('meanwhile.txt');
  await using draft = await files().start(path, { overwrite: false });
  await draft.file.writeFile('export');
  writeFileSync(path, 'somebody else’s');
  await expect(draft.place()).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  expect(readFileSync(path, 'utf8')).toBe('somebody else’s');
});

test('a file that was exchanged while the export was written is not replaced', async () => {
  const path = at('exchanged.txt');
  writeFileSync(path, 'old');
  await using draft = await files().start(path, { overwrite: true });
  rmSync(path);
  writeFileSync(at('x'), 'x');
  writeFileSync(path, 'newer');
  await expect(draft.place()).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  expect(readFileSync(path, 'utf8')).toBe('newer');
});

test('a project is not made inside the folder of another or among the settings', async () => {
  for (const name of ['p.lima.d/x.lima', 'link-to-d/x.lima', 'user/x.lima', 'link-to-user/x.lima'])
    expect(await refusalOf(core.client.project.create({ path: at(name) }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
});
