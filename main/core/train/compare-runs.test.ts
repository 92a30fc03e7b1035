import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { refusalOf, shortRecipe, TestCore } from '../testing/a-core.ts';

test('runs are compared by their results, their curves and the settings in which they differ', async () => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel();
  const datasetId = await core.freezeDataset(8);
  const started = [];
  for (const recipe of [
    { ...shortRecipe, devShare: 0.25 },
    { ...shortRecipe, devShare: 0.25, learningRate: 0.05, epochs: 3 },
  ]) {
    const { runId, jobId } = await core.client.runs.start({ modelId, datasetId, recipe });
    expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
    started.push(runId);
  }
  const { runs, settings } = await core.client.runs.compare({ ids: started });
  expect(runs.map(({ id }) => id)).toEqual(started);
  expect(settings.map(({ key }) => key).toSorted()).toEqual(['epochs', 'learningRate']);
  expect(settings.find(({ key }) => key === 'epochs')?.values).toEqual(['2', '3']);

  for (const compared of runs) {
    const run = await core.client.runs.get({ id: compared.id });
    expect(compared.curve.map(({ step }) => step)).toEqual(
      Array.from({ length: run.totalSteps }, (_, index) => index + 1),
    );
    // At the end of the last epoch every token was seen once per epoch.
    const tokens = run.recipe.epochs * (run.encodeReport?.tokens ?? 0);
    expect(compared.curve.at(-1)?.tokens).toBe(tokens);
    expect(compared.lastLoss).toBe(run.checkpoints.at(-1)?.meanLoss);
    expect(compared.bestLoss).toBe(Math.min(...run.checkpoints.map(({ meanLoss }) => meanLoss)));
    expect(compared.bestDevLoss).toBe(Math.min(...run.devLosses.map(({ loss }) => loss)));
    expect(compared.devCurve.map(({ step, elapsedMs }) => [step, elapsedMs === null])).toEqual(
      run.devLosses.map(({ step }) => [step, false]),
    );
  }
  const [first = '', second = ''] = started;
  expect(await refusalOf(core.client.runs.compare({ ids: [first, first] }))).toMatchObject({
    code: 'INVALID_STATE',
  });
  expect(await refusalOf(core.client.runs.compare({ ids: [second, 'x'] }))).toMatchObject({
    code: 'NOT_FOUND',
  });
});

const user = (content: string) => ({ role: 'user' as const, content });
const assistant = (content: string) => ({ role: 'assistant' as const, content });

test('two runs whose datasets differ in dialogues alone are told as such, and no others', async () => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel();
  const { samples, datasets, runs } = core.client;
  const without = await core.freezeDataset(4, 'without');
  const turns = [user('Q?'), assistant('A.'), user('And?'), assistant('B.')];
  await core.import(core.writeLines('talks.jsonl', [{ messages: turns }]));
  await samples.review({ action: 'accept', selection: { filter: {} } });
  const { id: withOne } = await datasets.freeze({ name: 'with' });
  await core.import(core.writeLines('more.jsonl', [{ messages: turns.slice(2) }]));
  await samples.review({ action: 'accept', selection: { filter: {} } });
  const { id: withMore } = await datasets.freeze({ name: 'more' });
  const start = async (datasetId: string, recipe: object = {}) =>
    (await runs.start({ modelId, datasetId, recipe: { ...shortRecipe, ...recipe } })).runId;
  const [one, two] = [await start(without), await start(withOne, { seed: 9 })];
  const step = async (...ids: string[]) => (await runs.compare({ ids })).dialogueStep;
  const told = { withId: two, withoutId: one, more: 1, fewer: 0 };
  expect(await step(one, two)).toEqual(told);
  expect(await step(two, one)).toEqual(told);
  expect(await step(one, await start(withMore))).toBeNull();
  expect(await step(one, await start(withOne, { epochs: 3 }))).toBeNull();
  expect(await step(one, await start(without))).toBeNull();
});

test('a comparison tells votes and right answers of revealed evaluations, and nothing of blind ones', async () => {
  await using core = await TestCore.start();
  const { runId, jobId, model, datasetId } = await core.startRun(shortRecipe);
  await core.job(jobId);
  const input = { modelId: model.modelId, datasetId, recipe: shortRecipe };
  const other = await core.client.runs.start(input);
  await core.job(other.jobId);
  const path = core.path('asked.jsonl');
  writeFileSync(
    path,
    ['a', 'b', 'c']
      .map((word) => JSON.stringify({ prompt: word, expected: 'no such word' }))
      .join('\n'),
  );
  const { set } = await core.client.prompts.import({ path });
  const run = await core.client.runs.get({ id: runId });
  const created = await core.client.evaluations.create({
    name: 'e',
    promptSetId: set.id,
    a: { modelId: model.modelId },
    b: { modelId: model.modelId, checkpointId: run.checkpoints.at(-1)?.id ?? '' },
    sampling: { maxTokens: 4, temperature: 0 },
  });
  await core.job(created.jobId);
  const id = created.evaluationId;
  for (const ordinal of [0, 1]) {
    const pair = await core.client.evaluations.comparison({ id, ordinal });
    await core.client.evaluations.vote({
      comparisonId: pair?.comparisonId ?? '',
      verdict: ordinal === 0 ? 'neither' : 'left',
    });
  }
  const ids = [runId, other.runId];
  const blind = await core.client.runs.compare({ ids });
  expect(blind.runs.map((one) => [one.evaluations, one.blindEvaluations])).toEqual([
    [[], 1],
    [[], 0],
  ]);
  await core.client.evaluations.reveal({ id });
  const { runs } = await core.client.runs.compare({ ids });
  const report = JSON.parse((await core.client.evaluations.report({ id, format: 'json' })).text);
  const { wins, ties, losses } = report.statistics;
  // The report speaks for A, the base; the run is B.
  expect(runs[0]?.evaluations).toMatchObject([
    { name: 'e', epoch: 2, wins: losses, ties, losses: wins, correct: 0, expected: 3 },
  ]);
  expect(wins + losses + ties).toBeGreaterThanOrEqual(2);
  expect([runs[0]?.blindEvaluations, runs[1]?.evaluations]).toEqual([0, []]);
});
