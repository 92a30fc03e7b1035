import { readFileSync } from 'node:fs';
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
