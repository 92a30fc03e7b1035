import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isJobFinished } from '../../../shared/domain/job.ts';
import type { SampleFilter } from '../../../shared/domain/sample.ts';
import { resultOf } from '../../../shared/contract/job-kinds.ts';
import { isContractProcedure } from '@orpc/contract';
import { contract } from '../../../shared/contract/contract.ts';
import type { ProcedureMeta } from '../../../shared/contract/errors.ts';
import { packetKindSchema } from '../../../shared/domain/project/packet.ts';
import { run } from '../../store/database.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { fillEveryTable } from '../../store/testing/fill-every-table.ts';
import { perform } from '../../store/testing/project-history.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';
import { openManySamples, writeManySamples } from '../testing/many-samples.ts';

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

/** Writes a packet to its end: what its job leaves, or why it failed. */
async function write(
  core: TestCore,
  request: Parameters<TestCore['client']['packets']['write']>[0],
) {
  const { jobId } = await core.client.packets.write(request);
  await core.job(jobId);
  const job = await core.client.jobs.get({ id: jobId });
  return resultOf(job, 'packet') ?? job.error;
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
  expect(await write(core, { path, annotator: 'you', what })).toMatchObject({ path, items: 2 });
  expect(existsSync(path)).toBe(true);
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
  const again = core.path('2.lima');
  expect(await write(core, { path: again, annotator: 'you', what })).toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringMatching(/Nothing waits for you/),
  });
  expect(existsSync(again)).toBe(false);
});

test('the file of blind pairs says nothing of systems, people, seeds or times', async () => {
  const { core, evaluationId } = await aProjectToJudge();
  await using _ = core;
  const path = core.path('for-you.lima');
  await write(core, { path, annotator: 'you', what: { kind: 'evaluation', evaluationId } });
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
  expect(await write(core, { path, annotator: 'you', what })).toMatchObject({ items: 3 });
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
});

test('a packet holds what the filter lets through, and says whom it is for', async () => {
  const { core } = await aProjectToJudge();
  await using _ = core;
  const path = core.path('unflagged.lima');
  const writeSome = (filter: SampleFilter) =>
    write(core, { path, annotator: 'you', what: { kind: 'samples', status: null, ...filter } });
  expect(await writeSome({ source: 'nowhere' })).toMatchObject({ code: 'INVALID_STATE' });
  expect(existsSync(path)).toBe(false);
  expect(await writeSome({ flag: 'none' })).toMatchObject({ items: 1 });
  expect(await core.client.project.current()).toMatchObject({ packet: null });
  expect(await core.client.project.open({ path })).toMatchObject({
    packet: { kind: 'samples', annotator: 'you', judged: 0, total: 1 },
    samples: { pending: 1, accepted: 0, rejected: 0 },
  });
  expect((await core.client.samples.list({})).map(({ flags }) => flags)).toEqual([[]]);
});

test('writing a packet says how far it is, and leaves nothing when it is cancelled', async () => {
  const folder = writeManySamples(6000);
  await using core = await openManySamples(folder);
  const path = core.path('packet.lima');
  const what = { kind: 'samples' } as const;
  const { jobId } = await core.client.packets.write({ path, annotator: 'you', what });
  const half = await core.job(jobId, ({ progress }) => progress?.phase === 'writing');
  expect(half.progress).toMatchObject({ total: 6000, unit: 'samples' });
  expect(half.progress?.done).toBeLessThan(6000);
  await core.client.jobs.cancel({ id: jobId });
  expect((await core.job(jobId)).state).toBe('cancelled');
  expect(readdirSync(folder).filter((name) => /packet|part/.test(name))).toEqual([]);
  // Put back into the queue, it is written from the beginning.
  await core.client.jobs.resume({ id: jobId });
  expect(await core.job(jobId)).toMatchObject({ result: { path, items: 6000 } });
  expect(readdirSync(folder).filter((name) => /packet|part/.test(name))).toEqual(['packet.lima']);
});

test('a project is never replaced by a packet, nor is one written among its files', async () => {
  const { core } = await aProjectToJudge();
  await using _ = core;
  const refusal = async (path: string) =>
    (await refusalOf(core.client.packets.write({ path, annotator: 'you', what }))).code;
  const what = { kind: 'samples', status: null } as const;
  expect(await refusal(core.projectPath)).toBe('FILE_EXISTS');
  expect(await refusal(core.path('nowhere/packet.lima'))).toBe('FILE_NOT_FOUND');
  expect(await refusal(core.path('p.lima.d/packet.lima'))).toBe('INVALID_INPUT');
  expect(await core.client.jobs.list()).not.toContainEqual(
    expect.objectContaining({ kind: 'packet' }),
  );
});

const editing = Object.entries({ ...contract }).flatMap(([namespace, group]) =>
  Object.entries(group).flatMap(([name, procedure]) => {
    if (!isContractProcedure(procedure)) throw new Error(`${namespace}.${name} is no procedure`);
    const { access, packets }: ProcedureMeta = procedure['~orpc'].meta;
    return access === 'edit' ? [{ path: `${namespace}.${name}`, packets }] : [];
  }),
);

test('a packet takes the judgements that it is meant for and refuses every other change', async () => {
  const { core, evaluationId } = await aProjectToJudge();
  await using _ = core;
  expect(editing.filter(({ packets }) => packets.length > 0).map(({ path }) => path)).toEqual([
    'backups.make',
    'backups.takeBack',
    'samples.edit',
    'samples.review',
    'samples.undoReview',
    'jobs.resume',
    'evaluations.vote',
    'evaluations.undoVote',
  ]);
  const kinds = {
    samples: { kind: 'samples', status: null },
    evaluation: { kind: 'evaluation', evaluationId },
  } as const;
  for (const kind of packetKindSchema.options) {
    const path = core.path(`${kind}.lima`);
    await write(core, { path, annotator: 'you', what: kinds[kind] });
  }
  for (const kind of packetKindSchema.options) {
    await core.client.project.open({ path: core.path(`${kind}.lima`) });
    for (const { path, packets } of editing.filter((one) => !one.packets.includes(kind))) {
      const refusal = await refusalOf(call(core, path));
      expect({ path, packets, ...refusal }).toMatchObject({
        code: 'INVALID_STATE',
        message: expect.stringMatching(/^The open project is a review packet for you, where/),
      });
    }
  }
  // Of what it is meant for nothing is refused, and it says how much is left.
  const [pairs] = await core.client.evaluations.list();
  const pair = await core.client.evaluations.comparison({ id: pairs?.id ?? '' });
  const vote = { comparisonId: pair?.comparisonId ?? '', verdict: 'left' } as const;
  await core.client.evaluations.vote(vote);
  const packet = async () => (await core.client.project.current())?.packet;
  expect(await packet()).toMatchObject({ judged: 1, total: 2 });
  await core.client.evaluations.undoVote({ id: pairs?.id ?? '' });
  expect(await packet()).toMatchObject({ judged: 0, total: 2 });
});

/** Calls a procedure by its name, with nothing. */
async function call(core: TestCore, path: string): Promise<unknown> {
  const [namespace = '', name = ''] = path.split('.');
  const group: unknown = Reflect.get(core.client, namespace);
  const procedure: unknown =
    typeof group === 'object' || typeof group === 'function'
      ? Reflect.get(group ?? {}, name)
      : null;
  if (typeof procedure !== 'function') throw new Error(`There is no ${path}`);
  return await procedure({});
}
