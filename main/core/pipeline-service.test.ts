import { expect, test } from 'vitest';
import { nextStep } from '../../shared/domain/project/pipeline.ts';
import { conversations, shortRecipe, TestCore } from './testing/a-core.ts';

const pipeline = (core: TestCore) => core.client.project.pipeline();

test('an empty project has nothing but its first step', async () => {
  await using core = await TestCore.start();
  const facts = await pipeline(core);
  expect(facts).toEqual({
    samples: { pending: 0, accepted: 0, rejected: 0 },
    dataset: null,
    run: null,
    chatAnswers: 0,
    evaluation: null,
    packet: null,
  });
  expect(nextStep(facts)).toBe('curate');
});

test('a dataset is current only while it is the accepted samples, version by version', async () => {
  await using core = await TestCore.start();
  const { client } = core;
  await core.freezeDataset(4);
  const isCurrent = async () => (await pipeline(core)).dataset?.isCurrent;
  expect(await isCurrent()).toBe(true);
  const [first] = await client.samples.list({});
  if (!first) throw new Error('There is no sample');

  const sample = await client.samples.get({ id: first.id });
  await client.samples.review({ action: 'reject', selection: { ids: [first.id] } });
  expect(await isCurrent()).toBe(false);
  await client.samples.undoReview();
  expect(await isCurrent()).toBe(true);

  // As many as were frozen, but not the same.
  await core.import(core.writeLines('fifth.jsonl', conversations(5)));
  await client.samples.review({ action: 'accept', selection: { filter: { status: 'pending' } } });
  await client.samples.review({ action: 'reject', selection: { ids: [first.id] } });
  expect((await pipeline(core)).samples.accepted).toBe(4);
  expect(await isCurrent()).toBe(false);
  await client.samples.undoReview();
  await client.samples.undoReview();
  expect(await isCurrent()).toBe(true);

  const messages = sample.messages.map((message) => ({ ...message, content: 'Edited' }));
  await client.samples.edit({ id: first.id, baseVersionId: sample.versionId, messages });
  await client.samples.review({ action: 'accept', selection: { ids: [first.id] } });
  expect(await isCurrent()).toBe(false);
});

test('a new dataset begins the way anew after a run', async () => {
  await using core = await TestCore.start();
  const { runId, jobId } = await core.startRun(shortRecipe);
  await core.job(jobId);
  const facts = await pipeline(core);
  expect(facts.run).toMatchObject({ id: runId, state: 'succeeded', checkpoint: { epoch: 2 } });
  expect(nextStep(facts)).toBe('chat');
  await core.import(core.writeLines('more.jsonl', conversations(6)));
  await core.client.samples.review({ action: 'accept', selection: { filter: {} } });
  await core.client.datasets.freeze({ name: 'more' });
  const anew = await pipeline(core);
  expect(anew).toMatchObject({ dataset: { name: 'more', samples: 6, isCurrent: true }, run: null });
  expect(nextStep(anew)).toBe('train');
});
