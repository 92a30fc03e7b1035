import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpeningProgress } from '../../../shared/contract/app.ts';
import { countRow } from '../../store/columns.ts';
import { get } from '../../store/database.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { readProjectHeader } from '../../store/file/project-header.ts';
import { migrations } from '../../store/migrations/registry.ts';
import { writeOldProject } from '../../store/testing/old-project.ts';
import { TestCore } from '../testing/a-core.ts';

const samples = 5000;
const oldVersion = 6;

const folder = mkdtempSync(join(tmpdir(), 'lima-bring-forward-'));
const source = join(folder, 'old.lima');
beforeAll(() =>
  writeOldProject(source, oldVersion, (db) =>
    db.exec(`
      CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c
        WHERE i < ${samples}) SELECT i FROM c;
      INSERT INTO sample SELECT i, 's' || i, 'o' || i, 's', 'pending', 'v' || i, '{}', '', '', 1, 1, 1
        FROM n;
      INSERT INTO sample_version SELECT 'v' || i, i, 1,
        '[{"role":"user","content":"Why?"},{"role":"assistant","content":"So."}]', 'h', 'me', 1
        FROM n;`),
  ),
);
afterAll(() => rmSync(folder, { recursive: true }));

/** A core with a project open, and an old one beside it that this person made. */
async function startBeside(): Promise<{ core: TestCore; old: string }> {
  const core = await TestCore.start();
  const old = core.path('old.lima');
  copyFileSync(source, old);
  core.core.context.core.known.add({ uuid: 'p', path: old, how: 'made' });
  return { core, old };
}

const samplesIn = (path: string) => {
  const file = openProjectFile(path);
  const count = get(file.db, countRow, 'SELECT count(*) AS n FROM sample')?.n;
  file.close();
  return count;
};

test('while an old project is brought forward the open one answers, and the steps are told', async () => {
  const { core, old } = await startBeside();
  await using _ = core;
  const over = new AbortController();
  const opened = core.client.project.open({ path: old }).finally(() => over.abort());
  const told: OpeningProgress[] = [];
  const answers = new Set<string | undefined>();
  while (!over.signal.aborted) {
    const progress = await core.client.project.opening();
    if (progress) {
      told.push(progress);
      answers.add((await core.client.project.current())?.path);
    }
    await setImmediate();
  }
  expect(await opened).toMatchObject({
    path: old,
    schemaVersion: migrations.length,
    access: 'edit',
    samples: { pending: samples },
  });
  expect([...answers]).toContain(core.projectPath);
  const steps = [...new Set(told.map(({ step }) => step))];
  expect(steps.length).toBeGreaterThan(1);
  expect(told.every(({ path, total }) => path === old && total === migrations.length - 6)).toBe(
    true,
  );
  expect(await core.client.project.opening()).toBeNull();
  expect((await core.client.backups.list({ path: old })).backups).toHaveLength(1);
});

test('an opening that is cancelled leaves the old file, and it opens the next time', async () => {
  const { core, old } = await startBeside();
  await using _ = core;
  const cancel = new AbortController();
  const opening = core.client.project.open({ path: old }, { signal: cancel.signal });
  while (!core.core.context.core.opening) await setImmediate();
  cancel.abort();
  await expect(opening).rejects.toThrow(/abort/i);
  expect(readProjectHeader(old)).toBe(oldVersion);
  expect((await core.client.project.current())?.path).toBe(core.projectPath);
  const { schemaVersion } = await core.client.project.open({ path: old });
  expect(schemaVersion).toBe(migrations.length);
});

test('a project that may not be taken over yet is not brought forward either', async () => {
  const { core, old } = await startBeside();
  await using _ = core;
  const { calls } = core.core.context.core.session ?? {};
  const end = Promise.withResolvers<void>();
  const answer = calls?.run([], () => end.promise, 'answer');
  await expect(core.client.project.open({ path: old })).rejects.toThrow(/would end/);
  expect(readProjectHeader(old)).toBe(oldVersion);
  end.resolve();
  await answer;
});

const fixture = join(import.meta.dirname, '../../store/testing/fixture-bring-forward.ts');

test.each([1, 2, 4, 6, 9])(
  'a kill at step %i leaves the old project or the new one, whole',
  async (step) => {
    const path = join(folder, `killed-${step}.lima`);
    copyFileSync(source, path);
    const child = spawn(process.execPath, [fixture, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    let told = '';
    child.stdout.on('data', (text: Buffer) => {
      told += text.toString();
      if (told.split('\n').length > step) child.kill('SIGKILL');
    });
    await ended;
    expect([oldVersion, migrations.length]).toContain(readProjectHeader(path));
    expect(samplesIn(path)).toBe(samples);
  },
);
