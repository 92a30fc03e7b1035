import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isJobFinished } from '../../../shared/domain/job.ts';
import type { SampleFilter } from '../../../shared/domain/sample.ts';
import { resultOf } from '../../../shared/contract/job-kinds.ts';
import { run } from '../../store/database.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { addSamples } from '../../store/repositories/samples.ts';
import { aSample } from '../../store/testing/a-project.ts';
import { fillEveryTable } from '../../store/testing/fill-every-table.ts';
import { perform } from '../../store/testing/project-history.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';

/** A project with an evaluation of two prompts, answered by a secret base and a secret adapter. */
async function aProjectToJudge() {
  const core = await TestCore.start();
  await core.client.project.close();
  const file = openProjectFile(core.projectPath);
  fillEveryTable(file.db);
  run(file.db, 'DELETE FROM packet');
  run(file.db, 'UPDATE run_metric SET grad_norm = 1');
  perform(file.db, { do: 'prompts', name: 'asked', text: 'Who?' }, 'author-of-all');
  perform(
    file.db,
    { do: 'evaluate', name: 'secret-against-base', at: 0, output: 'same' },
    'author-of-all',
  );
  // Each system says its own name, so that a test sees which text stood where.
  run(file.db, `UPDATE generation SET output = 'answer of ' || system_id, duration_ms = 1234.5`);
  run(file.db, `UPDATE comparison SET left_side = CASE ordinal % 2 WHEN 0 THEN 'b' ELSE 'a' END`);
  run(file.db, 'DELETE FROM row_checksum');
  file.close();
  await core.client.project.open({ path: core.projectPath });
  await core.client.app.setAuthor({ author: 'author-of-all' });
  const evaluation = (await core.client.evaluations.list()).find(
    ({ name }) => name === 'secret-against-base',
  );
  return { core, evaluationId: evaluation?.id ?? '' };
}

async function mergeBack(core: TestCore, path: string) {
  const { jobId } = await core.client.merges.start({ path });
  for (;;) {
    const job = await core.client.jobs.get({ id: jobId });
    if (!isJobFinished(job.state)) await new Promise((resolve) => setTimeout(resolve, 20));
    else return { state: job.state, error: job.error, report: resultOf(job, 'merge') };
  }
}

test('blind pairs go out by side and come back as votes on the same comparisons', async () => {
  const { core, evaluationId } = await aProjectToJudge();
  await using _ = core;
  const here = [0, 1].map((ordinal) =>
    core.client.evaluations.comparison({ id: evaluationId, ordinal }),
  );
  const shown = await Promise.all(here);
  const path = core.path('for-you.lima');
  const what = { kind: 'evaluation', evaluationId } as const;
  expect(await core.client.packets.write({ path, annotator: 'you', what })).toMatchObject({
    items: 2,
  });
  await core.client.project.open({ path });
  await core.client.app.setAuthor({ author: 'you' });
  const [packed] = await core.client.evaluations.list();
  for (const [ordinal, verdict] of (['left', 'right'] as const).entries()) {
    const pair = await core.client.evaluations.comparison({ id: packed?.id ?? '', ordinal });
    // Word for word what the project shows, on the same sides.
    expect(pair).toMatchObject({
      comparisonId: shown[ordinal]?.comparisonId,
      left: shown[ordinal]?.left,
      right: shown[ordinal]?.right,
    });
    await core.client.evaluations.vote({ comparisonId: pair?.comparisonId ?? '', verdict });
  }
  await core.client.project.open({ path: core.projectPath });
  const back = await mergeBack(core, path);
  expect(back.error).toBeNull();
  expect(back.report).toMatchObject({
    packet: { annotator: 'you' },
    counts: { votes: { came: 2 } },
    strayVotes: 0,
  });
  expect(Object.values(back.report?.counts ?? {}).reduce((sum, { came }) => sum + came, 0)).toBe(2);
  const votes = [0, 1].map((ordinal) =>
    core.client.evaluations.comparison({ id: evaluationId, ordinal }),
  );
  expect((await Promise.all(votes)).map((pair) => pair?.verdict)).toEqual(['left', 'right']);
  expect((await mergeBack(core, path)).report).toMatchObject({ changed: false });
  // Nothing waits for this person any more.
  const refusal = await refusalOf(
    core.client.packets.write({ path: core.path('2.lima'), annotator: 'you', what }),
  );
  expect(refusal).toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringMatching(/Nothing waits for you/),
  });
});

test('the file of blind pairs says nothing of systems, people, seeds or times', async () => {
  const { core, evaluationId } = await aProjectToJudge();
  await using _ = core;
  const path = core.path('for-you.lima');
  await core.client.packets.write({
    path,
    annotator: 'you',
    what: { kind: 'evaluation', evaluationId },
  });
  await core.client.project.close();
  const bytes = readFileSync(path, 'latin1');
  for (const secret of [
    'secret-against-base',
    'author-of-all',
    'adapter-',
    '1234.5',
    'm.gguf',
    evaluationId,
  ])
    expect(`${secret} ${bytes.includes(secret)}`).toBe(`${secret} false`);
  const file = openProjectFile(path);
  try {
    const rows = (sql: string) => file.db.prepare(sql).all();
    expect(rows('SELECT DISTINCT left_side FROM comparison')).toEqual([{ left_side: 'a' }]);
    expect(
      rows(
        'SELECT DISTINCT finish, prompt_tokens, output_tokens, duration_ms, created_ms FROM generation',
      ),
    ).toHaveLength(1);
    expect(rows('SELECT DISTINCT identity_json FROM generation')).toHaveLength(1);
    expect(rows('SELECT seed, job_id FROM evaluation')).toEqual([{ seed: 0, job_id: null }]);
    // Each side holds answers of both systems, so that no side is one of them.
    expect(
      rows(
        `SELECT system_id, count(DISTINCT output) AS systems FROM generation GROUP BY system_id`,
      ),
    ).toEqual([
      { system_id: 'left', systems: 2 },
      { system_id: 'right', systems: 2 },
    ]);
    for (const table of [
      'sample',
      'review',
      'vote',
      'run',
      'dataset',
      'job',
      'checkpoint',
      'chat_answer',
    ])
      expect([table, ...rows(`SELECT * FROM ${table}`)]).toEqual([table]);
  } finally {
    file.close();
  }
});

test('samples go out without judgements, and reviews and edits of them come back', async () => {
  const { core } = await aProjectToJudge();
  await using _ = core;
  const path = core.path('samples.lima');
  const what = { kind: 'samples', status: null } as const;
  expect(await core.client.packets.write({ path, annotator: 'you', what })).toMatchObject({
    items: 3,
  });
  expect(
    await refusalOf(core.client.packets.write({ path, annotator: 'you', what })),
  ).toMatchObject({ code: 'FILE_EXISTS' });
  const file = openProjectFile(path);
  perform(file.db, { do: 'edit', at: 2, text: 'Better.' }, 'you');
  perform(file.db, { do: 'review', action: 'reject', at: 0 }, 'you');
  const authors = file.db.prepare('SELECT DISTINCT author FROM sample_version').all();
  expect(authors).toEqual([{ author: 'not-told' }, { author: 'you' }]);
  file.close();
  const [first] = await core.client.samples.list({});
  expect(first?.status).toBe('accepted');
  const back = await mergeBack(core, path);
  expect(back.error).toBeNull();
  expect(back.report?.counts).toMatchObject({
    versions: { came: 1 },
    reviews: { came: 1 },
    samples: { came: 0 },
  });
  expect(back.report?.oppositeReviews).toMatchObject({
    total: 1,
    first: [{ ours: 'accept', theirs: 'reject', theirAuthor: 'you' }],
  });
  expect((await core.client.samples.list({}))[0]?.status).toBe('rejected');
  // A packet takes nothing in.
  await core.client.project.open({ path });
  expect((await mergeBack(core, core.projectPath)).error).toMatchObject({ code: 'INVALID_STATE' });
});

test('a packet holds what the filter lets through, and says whom it is for', async () => {
  const { core } = await aProjectToJudge();
  await using _ = core;
  const path = core.path('unflagged.lima');
  const write = (filter: SampleFilter) =>
    core.client.packets.write({
      path,
      annotator: 'you',
      what: { kind: 'samples', status: null, ...filter },
    });
  expect(await refusalOf(write({ source: 'nowhere' }))).toMatchObject({ code: 'INVALID_STATE' });
  expect(existsSync(path)).toBe(false);
  expect(await write({ flag: 'none' })).toMatchObject({ items: 1 });
  expect(await core.client.project.current()).toMatchObject({ packet: null });
  expect(await core.client.project.open({ path })).toMatchObject({
    packet: { kind: 'samples', annotator: 'you' },
    samples: { pending: 1, accepted: 0, rejected: 0 },
  });
  expect((await core.client.samples.list({})).map(({ flags }) => flags)).toEqual([[]]);
});

test('nothing is left of a packet whose writing was cancelled', async () => {
  const core = await TestCore.start();
  await using _ = core;
  await core.client.project.close();
  const file = openProjectFile(core.projectPath);
  const many = Array.from({ length: 3000 }, (_unused, index) => aSample(index + 1));
  addSamples(file.db, many, 'me');
  file.close();
  await core.client.project.open({ path: core.projectPath });
  const path = core.path('packet.lima');
  const stop = new AbortController();
  const what = { kind: 'samples' } as const;
  const writing = core.client.packets.write(
    { path, annotator: 'you', what },
    { signal: stop.signal },
  );
  const outcome = writing.catch((error: unknown) => error);
  await expect.poll(() => existsSync(path), { interval: 1 }).toBe(true);
  stop.abort();
  expect(await outcome).toMatchObject({ name: 'AbortError' });
  expect(readdirSync(core.folder).filter((name) => name.startsWith('packet'))).toEqual([]);
});
