import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JobKind } from '../../../shared/domain/job.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { refusalOf, shortRecipe, TestCore } from '../testing/a-core.ts';

let folder = '';
let root = '';
let outside = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lima-stored-')));
  [root, outside] = [join(folder, 'root'), join(folder, 'outside')];
  for (const path of [root, outside]) mkdirSync(path);
  writeFileSync(join(outside, 'samples.jsonl'), '{"instruction":"a","output":"b"}\n');
  symlinkSync(outside, join(root, 'out'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Changes a project that is closed, as somebody with an editor for SQLite does. */
function tamper(path: string, sql: string, ...values: unknown[]): void {
  const db = new Sqlite(path);
  db.pragma('foreign_keys = OFF');
  db.pragma('ignore_check_constraints = ON');
  db.prepare(sql).run(...values);
  db.close();
}

const jobSql = `INSERT INTO job (id, kind, title, state, payload_json, created_ms)
  VALUES ('stored', ?, 'stored', 'interrupted', ?, 1)`;

/** What becomes of a job that a project file holds when a person resumes it. */
async function resumed(core: TestCore, kind: JobKind, payload: object) {
  await core.client.project.close();
  tamper(core.projectPath, "DELETE FROM job WHERE id = 'stored'");
  tamper(core.projectPath, jobSql, kind, JSON.stringify(payload));
  await core.client.project.open({ path: core.projectPath });
  await core.client.jobs.resume({ id: 'stored', isConfirmed: true });
  return await core.job('stored');
}

const importing = { format: 'auto', dryRun: false, author: 'me' };
const exporting = { kind: 'gguf', type: null, strength: 1 };

test('a stored job whose path leads out of the roots is refused when it is resumed', async () => {
  await using core = await TestCore.start({ folder: root, fileRoots: [root] });
  await writeTinyModel(join(outside, 'm.gguf'), { layers: 1 });
  const { jobId, runId } = await core.startRun(shortRecipe);
  await core.job(jobId);
  const checkpointId = (await core.client.runs.get({ id: runId })).checkpoints.at(-1)?.id;
  const before = readdirSync(outside);
  const cases: [JobKind, object][] = [
    ['import', { ...importing, path: join(outside, 'samples.jsonl') }],
    ['import', { ...importing, path: join(root, 'out', 'samples.jsonl') }],
    ['import', { ...importing, path: `${root}/../outside/samples.jsonl` }],
    ['add-model', { path: join(outside, 'm.gguf'), expectedSha256: null }],
    ['export', { ...exporting, checkpointId, path: join(outside, 'stolen.gguf') }],
    ['export', { ...exporting, checkpointId, path: join(root, 'out', 'stolen.gguf') }],
  ];
  for (const [kind, payload] of cases) {
    const { state, error, result } = await resumed(core, kind, payload);
    expect([payload, state, error?.code, result]).toEqual([
      payload,
      'failed',
      'PATH_FORBIDDEN',
      null,
    ]);
    expect(error?.message).toMatch(/ is outside the folders .* Start it with --root/);
  }
  expect(readdirSync(outside)).toEqual(before);
  expect((await core.client.project.current())?.samples.accepted).toBe(4);
});

test('a stored job with a path of another system, or none at all, fails in a sentence', async () => {
  await using core = await TestCore.start();
  const windowsPath = String.raw`\\server\share\samples.jsonl`;
  for (const path of [windowsPath, String.raw`C:\samples.jsonl`, 'samples.jsonl', '']) {
    const { state, error } = await resumed(core, 'import', { ...importing, path });
    expect([state, error?.code]).toEqual(['failed', 'INVALID_INPUT']);
    expect(error?.message).toMatch(/is no path of this system.*Show where the file is/);
  }
  const { state, error } = await resumed(core, 'import', { ...importing, path: 7 });
  expect([state, error?.code]).toEqual(['failed', 'PROJECT_INVALID']);
  expect(error?.message).toMatch(/cannot go on.*path.*Start it anew\.$/s);
});

test('an export that goes on may name no more than a new one: no file, model or project', async () => {
  await using core = await TestCore.start();
  const { jobId, runId, model } = await core.startRun(shortRecipe);
  await core.job(jobId);
  const checkpointId = (await core.client.runs.get({ id: runId })).checkpoints.at(-1)?.id;
  writeFileSync(core.path('thesis.docx'), 'precious');
  for (const [path, code] of [
    [core.path('thesis.docx'), 'FILE_EXISTS'],
    [model.path, 'INVALID_INPUT'],
    [`${core.projectPath}-wal`, 'INVALID_INPUT'],
    [`${core.projectPath}.d/runs/x`, 'INVALID_INPUT'],
    [core.path('user/settings.json'), 'INVALID_INPUT'],
  ] as const) {
    const job = await resumed(core, 'export', { ...exporting, checkpointId, path });
    expect([job.state, job.error?.code, path]).toEqual(['failed', code, path]);
  }
});

test('a model whose path leads out of the roots is missing, and says nothing of what lies there', async () => {
  await using core = await TestCore.start({ folder: root, fileRoots: [root] });
  const { modelId } = await core.addModel();
  const datasetId = await core.freezeDataset();
  const secret = join(outside, 'm.gguf');
  await writeTinyModel(secret, { embeddingLength: 64, feedForwardLength: 96, layers: 2 });
  await core.client.project.close();
  tamper(core.projectPath, 'UPDATE model SET path = ?', secret);
  await core.client.project.open({ path: core.projectPath });
  expect(await core.client.models.list()).toMatchObject([{ isMissing: true }]);
  const refusal = await refusalOf(core.client.runs.start({ modelId, datasetId, recipe: {} }));
  expect(refusal.code).toBe('PATH_FORBIDDEN');
  // Showing where it is mends it.
  await core.addModel();
  expect(await core.client.models.list()).toMatchObject([{ id: modelId, isMissing: false }]);
});

const led = [
  "UPDATE run SET id = '../../../x'",
  "UPDATE run SET id = 'nul'",
  'UPDATE run SET id = upper(id)',
  "UPDATE checkpoint SET file = '../../secret'",
  "UPDATE checkpoint SET file = '/etc/hostname'",
];

test('a project whose runs or checkpoints lead elsewhere is refused, and nothing is removed', async () => {
  await using core = await TestCore.start();
  const { jobId } = await core.startRun(shortRecipe);
  await core.job(jobId);
  mkdirSync(core.path('x/resume-00000001'), { recursive: true });
  await core.client.project.close();
  for (const [index, sql] of led.entries()) {
    const path = core.path(`${index}.lima`);
    copyFileSync(core.projectPath, path);
    tamper(path, sql);
    const refusal = await refusalOf(core.client.project.open({ path }));
    expect(refusal.code).toBe('PROJECT_INVALID');
    expect(refusal.message).toMatch(/(run\.id|checkpoint\.file).*Nothing was changed\.$/s);
  }
  expect(existsSync(core.path('x/resume-00000001'))).toBe(true);
});
