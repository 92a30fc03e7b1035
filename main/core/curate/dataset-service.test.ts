import { readFileSync, rmSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countRow } from '../../store/columns.ts';
import { get } from '../../store/database.ts';
import { openProjectFile } from '../../store/file/open-project-file.ts';
import { listAccepted, storeDataset } from '../../store/repositories/freeze-dataset.ts';
import { listDatasets } from '../../store/repositories/datasets.ts';
import { takeAtOnce } from '../../store/steps.ts';
import { refusalOf, type TestCore } from '../testing/a-core.ts';
import { requireSession } from '../project/core-state.ts';
import { datasetProgress } from './dataset-progress.ts';
import { openManySamples, writeManySamples } from '../testing/many-samples.ts';
import { turnsDuring } from '../testing/turns-during.ts';

const many = 9000;
// Pieces begin with 1000 rows and at most double: 1000, 2000, 4000, the rest.
const leastPieces = 4;

let folder = '';
let core: TestCore;
beforeAll(async () => {
  folder = writeManySamples(many);
  core = await openManySamples(folder);
  const selection = { filter: {} };
  const { jobId } = await core.client.samples.review({ action: 'accept', selection });
  await core.job(jobId ?? '');
});
afterAll(async () => {
  await core[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const openDb = () => {
  const { session } = core.core.context.core;
  if (!session) throw new Error('No project is open');
  return session.file.db;
};
const rowsIn = (table: string) => {
  const sql: string = `SELECT count(*) AS n FROM ${table}`;
  return get(openDb(), countRow, sql, {})?.n;
};

test('freezing, listing and exporting many samples let others have their turn after each piece', async () => {
  const { datasets } = core.client;
  const frozen = await turnsDuring(datasets.freeze({ name: 'all' }));
  // They are listed, stored in pieces, and their sources counted.
  expect(frozen.turns).toBeGreaterThanOrEqual(leastPieces + 2);
  expect(frozen.result).toMatchObject({
    samples: many,
    bySource: [{ source: 'test', samples: many }],
  });
  expect(await datasets.list()).toEqual([frozen.result]);
  const path = core.path('all.jsonl');
  const exported = await turnsDuring(
    datasets.export({ datasetId: frozen.result.id, path, format: 'messages' }),
  );
  expect(exported.turns).toBeGreaterThanOrEqual(leastPieces);
  expect(exported.result.samples).toBe(many);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines).toHaveLength(many);
  expect(lines[7]).toContain('Question number 8?');
});

test('a freeze and an export tell how far they are until they are over', async () => {
  const { datasets } = core.client;
  const session = requireSession(core.core.context.core);
  const told = async (work: Promise<unknown>) => {
    const seen = new Map<string, number>();
    await turnsDuring(work, () => {
      const progress = datasetProgress(session, 'w');
      if (progress) seen.set(progress.phase, progress.done / progress.total);
    });
    expect(await datasets.progress({ workId: 'w' })).toBeNull();
    return Object.fromEntries(seen);
  };
  const freezing = datasets.freeze({ name: 'told', workId: 'w' });
  expect(await told(freezing)).toEqual({ reading: 1, storing: 1 });
  const wish = { path: core.path('told.jsonl'), format: 'messages', workId: 'w' } as const;
  const { id: datasetId } = await freezing;
  expect(await told(datasets.export({ datasetId, ...wish }))).toEqual({ writing: 1 });
});

test('a sample that is reviewed while many are frozen is in the dataset as before or as after', async () => {
  const { datasets, samples } = core.client;
  const [row] = await samples.list({ filter: {}, limit: 1 });
  const freezing = datasets.freeze({ name: 'meanwhile' });
  await setImmediate();
  const ids = [row?.id ?? ''];
  await samples.review({ action: 'reject', selection: { ids } });
  const dataset = await freezing;
  // It was rejected before all were read, so that they were read again.
  expect(dataset.samples).toBe(many - 1);
  await samples.undoReview();
  const { contentHash } = takeAtOnce(listAccepted(openDb()));
  const again = await datasets.freeze({ name: 'again' });
  expect(again).toMatchObject({ samples: many, contentHash });
});

test('a freeze that is cancelled leaves nothing, and its name is free', async () => {
  const before = [rowsIn('dataset'), rowsIn('dataset_item')];
  const cancel = new AbortController();
  const freezing = core.client.datasets.freeze({ name: 'never' }, { signal: cancel.signal });
  while (rowsIn('unfinished_dataset') === 0) await setImmediate();
  cancel.abort();
  await expect(freezing).rejects.toThrow(/abort/i);
  expect([rowsIn('dataset'), rowsIn('dataset_item')]).toEqual(before);
  expect(rowsIn('unfinished_dataset')).toBe(0);
  expect((await core.client.datasets.freeze({ name: 'never' })).samples).toBe(many);
});

test('of two freezes under one name at a time one is refused, and leaves nothing', async () => {
  const items = rowsIn('dataset_item') ?? 0;
  const both = [1, 2].map(() => core.client.datasets.freeze({ name: 'twice' }));
  const refused = (await Promise.allSettled(both)).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(1);
  expect(rowsIn('dataset_item')).toBe(items + many);
  const refusal = await refusalOf(core.client.datasets.freeze({ name: 'twice' }));
  expect(refusal).toMatchObject({ code: 'NAME_TAKEN' });
});

test('what a crash left of a half frozen dataset is listed nowhere and removed', async () => {
  const list = takeAtOnce(listAccepted(openDb()));
  const [stored] = await core.client.datasets.list();
  const items = rowsIn('dataset_item') ?? 0;
  await core.client.project.close();
  const file = openProjectFile(core.projectPath);
  const steps = storeDataset(file.db, { ...list, id: 'half', name: 'half', author: 'me' });
  steps.next(1000);
  steps.next(1000);
  expect(listDatasets(file.db).map(({ name }) => name)).not.toContain('half');
  expect(get(file.db, countRow, 'SELECT count(*) AS n FROM dataset_item')?.n).toBe(items + 1000);
  file.close();
  await core.client.project.open({ path: core.projectPath });
  while (rowsIn('dataset_item') !== items) await setImmediate();
  expect((await core.client.datasets.list())[0]).toEqual(stored);
  expect(rowsIn('unfinished_dataset')).toBe(0);
});
