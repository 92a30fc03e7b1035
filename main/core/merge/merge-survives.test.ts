import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { isJobFinished } from '../../../shared/domain/job.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { projectContentHash } from '../../store/merge/project-content.ts';
import { writeOldProject } from '../../store/testing/old-project.ts';
import { perform, type Deed } from '../../store/testing/project-history.ts';
import { twoCopies } from '../testing/two-copies.ts';
import { TestCore } from '../testing/a-core.ts';

function contentOf(path: string, ...deeds: Deed[]): string {
  const file = openProjectFile(path);
  try {
    for (const deed of deeds) perform(file.db, deed, 'you');
    return projectContentHash(file.db);
  } finally {
    file.close();
  }
}

/** Two copies of a closed project, in one of which somebody worked. */
async function copyWithWork() {
  const copies = await twoCopies();
  const work: Deed[] = [
    { do: 'import', first: 20, count: 30 },
    { do: 'edit', at: 1, text: 'Yours.' },
  ];
  contentOf(copies.other, ...work);
  return copies;
}

async function ended(core: TestCore, jobId: string) {
  for (;;) {
    const job = await core.client.jobs.get({ id: jobId });
    if (isJobFinished(job.state)) return job;
    await wait(20);
  }
}

test('kill -9 at any moment of a merge leaves the project from before it, or the merged one', async () => {
  const { core, other } = await copyWithWork();
  await using _ = core;
  await core.core.close();
  const before = contentOf(core.projectPath);
  const script = new URL('../testing/merge-until-killed.ts', import.meta.url).pathname;
  const seen = new Set<string>();
  const original = core.path('original.lima');
  copyFileSync(core.projectPath, original);
  for (const afterMs of [0, 500, 1200, 3000]) {
    const child = spawn(process.execPath, [script, core.folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await wait(afterMs);
    child.kill('SIGKILL');
    await once(child, 'exit');
    seen.add(contentOf(core.projectPath));
  }
  // Once merged, merging again changes nothing: there is no third content.
  const [first, ...more] = seen;
  expect(first).toBe(before);
  expect(more.length).toBeLessThanOrEqual(1);
  await using again = await TestCore.start({ folder: core.folder, project: 'open' });
  const { jobId } = await again.client.merges.start({ path: other });
  expect((await ended(again, jobId)).state).toBe('succeeded');
  await again.client.project.close();
  const merged = contentOf(core.projectPath);
  expect(more.every((content) => content === merged)).toBe(true);
  expect(existsSync(`${core.projectPath}.d/merging`)).toBe(false);
}, 120_000);

test('a merge that is cancelled changes nothing, and the project takes changes again', async () => {
  const { core, other } = await copyWithWork();
  await using _ = core;
  const before = contentOf(core.projectPath);
  await core.client.project.open({ path: core.projectPath });
  const { jobId } = await core.client.merges.start({ path: other });
  await core.client.jobs.cancel({ id: jobId });
  expect((await ended(core, jobId)).state).toBe('cancelled');
  while ((await core.client.project.current())?.access !== 'edit') await wait(20);
  await core.client.project.close();
  expect(contentOf(core.projectPath)).toBe(before);
  const beside = readdirSync(core.folder).filter((name) => name.startsWith('p.lima.d'));
  expect(beside).toEqual([]);
});

const altered: Record<string, [sql: string, message: RegExp]> = {
  'a vote that says something else': [
    "UPDATE vote SET shown = 'right' WHERE author = 'me'",
    /its vote .* says something else/,
  ],
  'a review that was turned round': [
    "UPDATE review SET action = 'reject'",
    /its review .* says something else/,
  ],
  'other words in a known version': [
    "UPDATE sample_version SET messages_json = '[]' WHERE ordinal = 1",
    /version .* says something else/,
  ],
  'other sides in a comparison': [
    "UPDATE comparison SET left_side = 'b'",
    /its comparison .* says something else/,
  ],
  'a vote on nothing': [
    `INSERT INTO vote (id, comparison_id, shown, author, author_kind, duration_ms, created_ms, sequence)
     VALUES ('x', 'nothing', 'left', 'you', 'human', 1, 1, 3)`,
    /refers to one of comparison that is not there/,
  ],
  'a trigger': [
    'CREATE TRIGGER t AFTER UPDATE ON sample BEGIN DELETE FROM vote; END',
    /unknown trigger t/,
  ],
};

test.each(Object.keys(altered))(
  'a copy with %s is refused in a sentence, and nothing changes',
  async (what) => {
    const { core, other } = await copyWithWork();
    await using _ = core;
    const [sql = '', message] = altered[what] ?? [];
    const db = new Sqlite(other);
    db.pragma('foreign_keys = OFF');
    db.exec('DELETE FROM row_checksum');
    db.exec(sql);
    db.close();
    const before = contentOf(core.projectPath);
    await core.client.project.open({ path: core.projectPath });
    const { jobId } = await core.client.merges.start({ path: other });
    const { state, error } = await ended(core, jobId);
    expect([state, error?.code, error?.message]).toEqual([
      'failed',
      'PROJECT_INVALID',
      expect.stringMatching(message ?? /./),
    ]);
    await core.client.project.close();
    expect(contentOf(core.projectPath)).toBe(before);
  },
);

test('a copy of an older version is merged, and its file stays as it is', async () => {
  const { core } = await copyWithWork();
  await using _ = core;
  const old = core.path('old.lima');
  writeOldProject(old, 1);
  await core.client.project.open({ path: core.projectPath });
  const { jobId } = await core.client.merges.start({ path: old, isOtherProject: true });
  expect(await ended(core, jobId)).toMatchObject({ state: 'succeeded', error: null });
  const db = new Sqlite(old, { readonly: true });
  expect(db.pragma('user_version', { simple: true })).toBe(1);
  db.close();
});
