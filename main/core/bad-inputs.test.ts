import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { writeTinyModel } from '../gguf/tiny/tiny-model.ts';
import { answer, postRow, postsDump, question } from './curate/testing/import-fixtures.ts';
import {
  conversations,
  endlessRecipe,
  refusalOf,
  shortRecipe,
  TestCore,
} from './testing/a-core.ts';

function half(path: string): string {
  truncateSync(path, Math.floor(statSync(path).size / 2));
  return path;
}

const statuses = async (core: TestCore) => (await core.client.samples.facets()).statuses;

test('a dump that was cut off keeps what was readable and reports where it ends', async () => {
  await using core = await TestCore.start();
  const rows = Array.from({ length: 400 }, (_, n) => [
    postRow(question(2 * n + 1, { Title: `How does filter ${n} work in detail?` })),
    postRow(answer(2 * n + 2, 2 * n + 1)),
  ]).flat();
  const path = core.path('Posts.xml.gz');
  writeFileSync(path, gzipSync(postsDump(rows)));
  const job = await core.import(half(path));
  expect(job.state).toBe('succeeded');
  expect(job.result).toMatchObject({
    errors: expect.arrayContaining([
      { line: expect.any(Number), message: expect.stringContaining('the file ends early') },
    ]),
  });
  const { pending } = await statuses(core);
  expect(pending).toBe(job.result?.['added']);
  expect(pending).toBeGreaterThan(100);
  expect(pending).toBeLessThan(400);
});

test.each([
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'FILE_FORMAT_UNKNOWN'],
  ['an empty file', Buffer.alloc(0), 'FILE_FORMAT_UNKNOWN'],
  ['a web page', Buffer.from('<!doctype html><p>no</p>'), 'FILE_FORMAT_UNKNOWN'],
])('an import of %s fails, names the file and adds nothing', async (_, bytes, code) => {
  await using core = await TestCore.start();
  await core.import(core.writeLines('good.jsonl', conversations(2)));
  writeFileSync(core.path('bad.jsonl'), bytes);
  const job = await core.import(core.path('bad.jsonl'));
  expect(job).toMatchObject({ state: 'failed', error: { code } });
  expect(job.error?.message).toContain(core.path('bad.jsonl'));
  expect(await statuses(core)).toMatchObject({ pending: 2 });
});

test('a model file cut in half is refused and not added to the project', async () => {
  await using core = await TestCore.start();
  const path = core.path('half.gguf');
  await writeTinyModel(path);
  half(path);
  const refused = await refusalOf(core.client.models.inspect({ path }));
  expect(refused).toMatchObject({ code: 'MODEL_INVALID', message: expect.stringContaining(path) });
  const { jobId } = await core.client.models.add({ path });
  const job = await core.job(jobId);
  expect(job).toMatchObject({ state: 'failed', error: { code: 'MODEL_INVALID' } });
  expect(await core.client.models.list()).toEqual([]);
});

test('a model of an architecture that cannot be trained is refused before a run exists', async () => {
  await using core = await TestCore.start();
  const { modelId, path } = await core.addModel({ architecture: 'mamba' });
  const info = await core.client.models.inspect({ path });
  expect(info.trainable).toContain('mamba');
  const datasetId = await core.freezeDataset();
  const call = core.client.runs.start({ modelId, datasetId });
  expect(await refusalOf(call)).toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('mamba'),
  });
  expect(await core.client.runs.list()).toEqual([]);
});

test('training refuses a base that is gone or has other bytes, until it is relocated', async () => {
  await using core = await TestCore.start();
  const { modelId, path } = await core.addModel();
  const datasetId = await core.freezeDataset();
  const start = async () => await core.client.runs.start({ modelId, datasetId });
  copyFileSync(path, core.path('kept.gguf'));

  rmSync(path);
  expect((await refusalOf(start())).code).toBe('MODEL_MISSING');
  expect(await core.client.models.list()).toMatchObject([{ isMissing: true }]);

  const other = await core.addModel({ seed: 2 }, 'other.gguf');
  copyFileSync(other.path, path);
  expect(statSync(path).size).toBe(statSync(core.path('kept.gguf')).size);
  const { jobId } = await start();
  expect(await core.job(jobId)).toMatchObject({
    state: 'failed',
    error: { code: 'MODEL_CHANGED', message: expect.stringContaining(path) },
  });

  const kept = { id: modelId, path: core.path('kept.gguf') };
  const wrong = await core.client.models.relocate({ id: modelId, path: other.path });
  expect(await core.job(wrong.jobId)).toMatchObject({ error: { code: 'MODEL_CHANGED' } });
  const moved = await core.client.models.relocate(kept);
  expect((await core.job(moved.jobId)).state).toBe('succeeded');
  const again = await core.client.runs.start({ modelId, datasetId, recipe: shortRecipe });
  expect((await core.job(again.jobId)).state).toBe('succeeded');
});

test('a run goes on to its last epoch when the file of its base is deleted', async () => {
  await using core = await TestCore.start();
  const { jobId, runId, model } = await core.startRun({ ...endlessRecipe, epochs: 20 });
  await core.job(jobId, (job) => job.progress?.phase === 'training');
  rmSync(model.path);
  expect((await core.job(jobId)).state).toBe('succeeded');
  expect((await core.client.runs.get({ id: runId })).checkpoints).toHaveLength(20);
});

const contentOf = (path: string) => (existsSync(path) ? readFileSync(path, 'latin1') : undefined);

function asSqlite(path: string, sql: string): void {
  const db = new Sqlite(path);
  db.exec(sql);
  db.close();
}

test.each([
  ['text', 'PROJECT_INVALID', (path: string) => writeFileSync(path, 'hello '.repeat(40))],
  ['empty', 'PROJECT_INVALID', (path: string) => writeFileSync(path, '')],
  ['cut in half', 'PROJECT_INVALID', half],
  [
    'another program’s',
    'PROJECT_INVALID',
    (path: string) => asSqlite(path, 'PRAGMA application_id = 7'),
  ],
  ['newer', 'PROJECT_NEWER', (path: string) => asSqlite(path, 'PRAGMA user_version = 99')],
  [
    'armed with a trigger',
    'PROJECT_INVALID',
    (path: string) =>
      asSqlite(path, 'CREATE TRIGGER t AFTER INSERT ON vote BEGIN DELETE FROM sample; END'),
  ],
  ['gone', 'FILE_NOT_FOUND', (path: string) => rmSync(path)],
])(
  'a project file that is %s is refused, stays as it was, and leaves the open one open',
  async (_, code, spoil) => {
    await using core = await TestCore.start();
    const path = core.path('strange.lima');
    await core.client.project.create({ path });
    await core.client.project.open({ path: core.projectPath });
    spoil(path);
    const before = contentOf(path);
    const refused = await refusalOf(core.client.project.open({ path }));
    expect(refused).toMatchObject({
      code,
      message: expect.stringContaining(code === 'PROJECT_NEWER' ? '99' : path),
    });
    expect(contentOf(path)).toBe(before);
    expect((await core.client.project.current())?.path).toBe(core.projectPath);
  },
);

test('a foreign trigger in the write-ahead log beside a project file is refused', async () => {
  await using core = await TestCore.start();
  const path = core.path('strange.lima');
  await core.client.project.create({ path });
  await core.client.project.close();
  const db = new Sqlite(path);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TRIGGER t AFTER INSERT ON vote BEGIN DELETE FROM sample; END');
  const copy = core.path('sent.lima');
  for (const suffix of ['', '-wal']) copyFileSync(path + suffix, copy + suffix);
  db.close();
  const refused = await refusalOf(core.client.project.open({ path: copy }));
  expect(refused).toMatchObject({
    code: 'PROJECT_INVALID',
    message: expect.stringContaining('trigger'),
  });
});

test('a second process is refused while another has the project open', async () => {
  await using core = await TestCore.start({ project: 'none' });
  await using first = await TestCore.start();
  await first.core.close();
  const holder = spawn(
    process.execPath,
    [new URL('./testing/hold-core.ts', import.meta.url).pathname, first.folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await once(holder.stdout, 'data');
    const refused = await refusalOf(core.client.project.open({ path: first.projectPath }));
    expect(refused).toMatchObject({
      code: 'PROJECT_LOCKED',
      message: expect.stringContaining(`process ${holder.pid}`),
    });
  } finally {
    holder.kill('SIGKILL');
    await once(holder, 'exit');
  }
  const opened = await core.client.project.open({ path: first.projectPath });
  expect(opened.path).toBe(first.projectPath);
});
