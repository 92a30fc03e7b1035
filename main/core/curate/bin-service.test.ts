import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openManySamples, writeManySamples } from '../testing/many-samples.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';

const ids = async (core: TestCore, inBin = false) =>
  (await core.client.samples.list({ filter: { inBin } })).map(({ id }) => id);

test('samples are moved to the bin, restored and undone, and what depends on them is said before', async () => {
  await using core = await TestCore.start();
  const { client } = core;
  await core.freezeDataset(4);
  const [first = '', second = ''] = await ids(core);
  const selection = { ids: [first, second] };
  expect(await client.bin.plan({ selection })).toEqual({
    samples: 2,
    frozen: 2,
    datasets: [{ name: 'four', samples: 2 }],
  });
  expect(await client.bin.move({ move: 'bin', selection })).toMatchObject({
    changed: 2,
    jobId: null,
  });
  expect(await client.bin.count()).toEqual({ samples: 2 });
  expect(await ids(core)).toHaveLength(2);
  expect((await client.samples.facets()).statuses).toEqual({
    pending: 0,
    accepted: 2,
    rejected: 0,
  });
  const inBin = await client.samples.facets({ filter: { inBin: true } });
  expect(inBin.statuses).toEqual({ pending: 0, accepted: 2, rejected: 0 });
  expect((await client.project.current())?.samples.accepted).toBe(2);
  expect(await client.project.pipeline()).toMatchObject({ dataset: { isCurrent: false } });
  const { versionId, messages } = await client.samples.get({ id: first });
  const edit = client.samples.edit({ id: first, baseVersionId: versionId, messages });
  expect(await refusalOf(edit)).toMatchObject({ code: 'INVALID_STATE' });
  expect(await client.samples.undoReview()).toMatchObject({ changed: 2 });
  expect(await ids(core)).toHaveLength(4);
  await client.things.delete({ thing: 'sample', id: first });
  const plan = await client.things.planDeletion({ thing: 'sample', id: second });
  expect(plan.dependents).toEqual([{ what: 'dataset', total: 1, names: ['four'] }]);
  expect(await ids(core, true)).toEqual([first]);
  expect(await client.things.restore({ thing: 'sample', id: first })).toEqual({ restored: true });
  expect(await ids(core)).toHaveLength(4);
});

test('emptying the bin keeps what datasets hold, and what is gone is not imported again', async () => {
  await using core = await TestCore.start();
  const { client } = core;
  await core.freezeDataset(2);
  const more = Array.from({ length: 3 }, (_, n) => ({ instruction: `More ${n}?`, output: 'Yes.' }));
  const path = core.writeLines('more.jsonl', more);
  await core.import(path);
  await client.bin.move({ move: 'bin', selection: { filter: {} } });
  expect((await core.import(path)).result).toMatchObject({
    duplicates: 3,
    deleted: 0,
    rows: [{ outcome: 'in-bin', rows: 3 }],
  });
  const plan = await client.bin.planEmpty();
  expect(plan).toMatchObject({ samples: 3, frozen: 2, datasets: [{ name: 'four', samples: 2 }] });
  expect(plan.freesBytes).toBeGreaterThan(2000);
  const { jobId } = await client.bin.empty();
  expect(await core.job(jobId)).toMatchObject({
    title: 'Empty the bin of 5 samples',
    state: 'succeeded',
    result: { emptied: 3, kept: 2 },
  });
  expect(await client.bin.count()).toEqual({ samples: 2 });
  for (const dryRun of [true, false])
    expect((await core.import(path, { dryRun })).result).toMatchObject({
      added: 0,
      duplicates: 0,
      deleted: 3,
      rows: [{ outcome: 'deleted', rows: 3 }],
    });
  const [dataset] = await client.datasets.list();
  const file = core.path('out.jsonl');
  const written = { datasetId: dataset?.id ?? '', path: file, format: 'messages' as const };
  expect(await client.datasets.export(written)).toMatchObject({ samples: 2 });
  expect((await client.backups.damage()).damage).toEqual([]);
});

const many = 5000;

test('many samples are moved, undone and emptied by jobs that can be cancelled', async () => {
  const folder = writeManySamples(many);
  const core = await openManySamples(folder);
  const { client } = core;
  try {
    const everything = { move: 'bin' as const, selection: { filter: {} } };
    const { jobId } = await client.bin.move(everything);
    expect(await core.job(jobId ?? '')).toMatchObject({
      title: 'Move 5,000 samples to the bin',
      result: { changed: many, isUndo: false },
    });
    expect(await client.samples.index({ filter: {} })).toMatchObject({ count: 0 });
    expect(await client.samples.facets()).toMatchObject({ sources: [], flags: [], unflagged: 0 });
    const undo = await client.samples.undoReview();
    expect((await core.job(undo.jobId ?? '')).title).toBe('Undo moving 5,000 samples');
    expect(await client.bin.count()).toEqual({ samples: 0 });
    await core.job((await client.bin.move(everything)).jobId ?? '');
    const emptying = await client.bin.empty();
    await core.job(emptying.jobId, ({ progress }) => progress?.phase === 'deleting');
    await client.jobs.cancel({ id: emptying.jobId });
    const { state } = await core.job(emptying.jobId);
    const { samples: left } = await client.bin.count();
    expect(state === 'cancelled' ? left : many - left).toBeGreaterThan(0);
    await core.job((await client.bin.empty()).jobId);
    expect(await client.bin.count()).toEqual({ samples: 0 });
    expect(await client.samples.index({ filter: { inBin: true } })).toMatchObject({ count: 0 });
  } finally {
    await core[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
