import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeHostileProject } from '../../store/testing/hostile-schemas.ts';
import { canary, statistics, trigger } from '../../store/testing/plant-schema.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';

/** A core without a project, beside a project that it made before. */
async function coreAndProject(): Promise<TestCore> {
  const core = await TestCore.start();
  await core.client.project.close();
  return core;
}

const hostile = {
  'a trigger that runs on an insert': trigger('sqlite_statZ', 'job', canary),
  // SQLite reads the statistics before anything else, and so computes each of these.
  'statistics that take minutes to read': statistics(
    'sqlite_stat1',
    "tbl,idx,stat AS (printf('%.*c', 100000000 + length(idx), 'x') LIKE '%a%b%c')",
    '',
    10_000,
  ),
};

const cases = Object.keys(hostile).flatMap((kind) =>
  (['file', 'log'] as const).map((where) => ({ kind, where })),
);

test.each(cases)(
  'a project with $kind in its $where is refused within 10 s, and another opens after it',
  async ({ kind, where }) => {
    await using core = await coreAndProject();
    const path = core.path('hostile.lima');
    const plant = Object.entries(hostile).find(([name]) => name === kind)?.[1];
    if (!plant) throw new Error(`There is no ${kind}`);
    writeHostileProject(core.projectPath, path, { name: kind, plant }, where);
    const before = readFileSync(path);
    const startMs = performance.now();
    const refusal = await refusalOf(core.client.project.open({ path }));
    expect(performance.now() - startMs).toBeLessThan(10_000);
    expect(refusal.code).toBe('PROJECT_INVALID');
    expect(refusal.message).toMatch(/^.*hostile\.lima is not (a project of this program|opened): /);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect((await core.client.project.open({ path: core.projectPath })).path).toBe(
      core.projectPath,
    );
  },
  40_000,
);

test('an export is not written where a link of its temporary name leads', async () => {
  await using core = await TestCore.start();
  const datasetId = await core.freezeDataset();
  mkdirSync(core.path('elsewhere'));
  const victim = core.path('elsewhere/victim');
  writeFileSync(victim, 'precious');
  const path = core.path('out.jsonl');
  for (const target of [victim, `${victim}-gone`]) {
    symlinkSync(target, `${path}.part`);
    const refusal = await refusalOf(
      core.client.datasets.export({ datasetId, path, format: 'messages' }),
    );
    expect(refusal).toMatchObject({ code: 'FILE_EXISTS' });
    expect(refusal.message).toMatch(/out\.jsonl\.part is a symbolic link.*Move it away/);
    expect(lstatSync(`${path}.part`).isSymbolicLink()).toBe(true);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readdirSync(join(victim, '..'))).toEqual(['victim']);
    rmSync(`${path}.part`);
  }
  writeFileSync(`${path}.part`, 'what a crash left');
  await core.client.datasets.export({ datasetId, path, format: 'messages' });
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(5);
});

test('an export that a link has the name of replaces the link, not what it leads to', async () => {
  await using core = await TestCore.start();
  const datasetId = await core.freezeDataset();
  const victim = core.path('victim');
  writeFileSync(victim, 'precious');
  const path = core.path('out.jsonl');
  symlinkSync(victim, path);
  await core.client.datasets.export({ datasetId, path, format: 'messages' });
  expect(lstatSync(path).isFile()).toBe(true);
  expect(readFileSync(victim, 'utf8')).toBe('precious');
});
