import { afterEach, beforeEach, expect, test } from 'vitest';
import type { XrayOpenRecipe, XrayRow } from '../../../shared/domain/xray.ts';
import { canFindEngines, enginePids } from '../testing/engine-processes.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';

const recipe: XrayOpenRecipe = {
  maxTokens: 100,
  overlong: 'truncate',
  lossOn: 'answers',
  droppedThinking: 'perAnswer',
  chatTemplate: '',
  devShare: 0,
};

let core: TestCore;
beforeEach(async () => {
  core = await TestCore.start();
});
afterEach(() => core[Symbol.asyncDispose]());

/** An X-ray that was counted to its end and is still open; `close` ends it. */
async function lookedAt(modelId: string, datasetId: string, changes: Partial<XrayOpenRecipe> = {}) {
  const leave = new AbortController();
  const request = { modelId, datasetId, recipe: { ...recipe, ...changes } };
  const stream = await core.client.xray.open(request, { signal: leave.signal });
  const rows: XrayRow[] = [];
  let xrayId = '';
  for (;;) {
    const { value: event, done } = await stream.next();
    if (done) throw new Error('The stream ended before everything was counted');
    if (event.type === 'opened') ({ xrayId } = event);
    if (event.type === 'rows') rows.push(...event.rows);
    if (event.type !== 'counted') continue;
    const close = async () => {
      leave.abort();
      await stream.return?.();
    };
    return { rows, xrayId, close, heldOutIds: event.heldOutIds };
  }
}

test('every sample is counted, and its tokens are shown as the dataset froze it', async () => {
  const { modelId } = await core.addModel();
  const datasetId = await core.freezeDataset();
  const [first] = await core.client.samples.list({ limit: 1 });
  if (!first) throw new Error('There is no sample');
  const { id, versionId } = await core.client.samples.get({ id: first.id });
  const messages = [
    { role: 'user' as const, content: 'Another question?' },
    { role: 'assistant' as const, content: 'Another answer.' },
  ];
  await core.client.samples.edit({ id, baseVersionId: versionId, messages });

  const { rows, xrayId, close } = await lookedAt(modelId, datasetId);
  expect(rows.map(({ prompt, isCurrent }) => [prompt, isCurrent])).toEqual([
    ['Question 0?', false],
    ['Question 1?', true],
    ['Question 2?', true],
    ['Question 3?', true],
  ]);
  const shown = await core.client.xray.sample({ xrayId, sampleId: id });
  const pieces = shown.stretches.flatMap(({ tokens }) =>
    tokens.map((id) => shown.pieces[id]?.text),
  );
  expect(pieces.join('')).toContain('Question 0?');
  expect(shown).toMatchObject({ outcome: 'whole', roles: ['user', 'assistant'] });
  await close();
});

test('an X-ray is gone once its stream is left', async () => {
  const { modelId } = await core.addModel();
  const datasetId = await core.freezeDataset();
  const { rows, xrayId, close } = await lookedAt(modelId, datasetId);
  await close();
  const gone = core.client.xray.sample({ xrayId, sampleId: rows[0]?.sampleId ?? '' });
  expect(await refusalOf(gone)).toMatchObject({ code: 'NOT_FOUND' });
});

test('closing the project ends an X-ray that nobody left', async () => {
  const { modelId } = await core.addModel();
  const datasetId = await core.freezeDataset();
  await lookedAt(modelId, datasetId);
  expect(enginePids('inference')).toHaveLength(canFindEngines ? 1 : 0);
  await core.client.project.close();
  expect(enginePids('inference')).toEqual([]);
});

test('a run lists by their questions the samples that the X-ray said would be left out', async () => {
  const { modelId } = await core.addModel();
  const datasetId = await core.freezeDataset();
  const limit = { maxTokens: 38, overlong: 'drop' as const };
  const { rows, close } = await lookedAt(modelId, datasetId, limit);
  await close();
  expect(rows.map(({ outcome }) => outcome)).toEqual(['dropped', 'dropped', 'dropped', 'dropped']);
  const run = { epochs: 1, threads: 1, ...limit };
  const { jobId, runId } = await core.client.runs.start({ modelId, datasetId, recipe: run });
  expect(await core.job(jobId)).toMatchObject({ state: 'failed' });
  const { encodeReport } = await core.client.runs.get({ id: runId });
  expect(encodeReport?.dropped.map(({ id, prompt }) => [id, prompt])).toEqual(
    rows.map(({ sampleId, prompt }) => [sampleId, prompt]),
  );
});

test('an X-ray holds out as many samples as a run does, and none without a share', async () => {
  const { modelId } = await core.addModel();
  const datasetId = await core.freezeDataset(40, 'forty');
  const none = await lookedAt(modelId, datasetId);
  expect(none.heldOutIds).toEqual([]);
  await none.close();
  // Questions and answers above number 9 are longer, and left out.
  const lengths = none.rows.map(({ wholeTokens }) => wholeTokens);
  const limits = { overlong: 'drop' as const, maxTokens: Math.min(...lengths), devShare: 0.3 };
  const { heldOutIds, rows, close } = await lookedAt(modelId, datasetId, limits);
  await close();
  const usable = rows.filter(({ outcome }) => outcome !== 'dropped');
  expect(usable.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(heldOutIds).toHaveLength(3);

  const dropped = { ...limits, epochs: 1, batchSize: 8, rank: 4, threads: 1 };
  const { jobId, runId } = await core.client.runs.start({ modelId, datasetId, recipe: dropped });
  await core.job(jobId);
  const { encodeReport, totalSteps } = await core.client.runs.get({ id: runId });
  expect(encodeReport).toMatchObject({ samples: 7, heldOut: { samples: 3 } });
  expect(totalSteps).toBe(1);
});
