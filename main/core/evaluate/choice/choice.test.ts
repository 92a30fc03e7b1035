import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { studyReportSchema } from '../../../../shared/domain/study/study-report.ts';
import { all } from '../../../store/database.ts';
import { requireSession } from '../../project/core-state.ts';
import { refusalOf, TestCore } from '../../testing/a-core.ts';

let core: TestCore;
let runId: string;
beforeAll(async () => {
  core = await TestCore.start();
  const { modelId } = await core.addModel({ contextLength: 512 });
  const datasetId = await core.freezeDataset();
  const path = core.path('dev.txt');
  writeFileSync(path, ['One?', 'Two?', 'Three?', 'One?'].join('\n'));
  const { set } = await core.client.prompts.import({ path });
  // Sampled, and so hot that epochs differ: each answer has a seed of its own.
  const sampling = { temperature: 2, topP: 1, repeatPenalty: 1, maxTokens: 6 };
  const recipe = {
    epochs: 3,
    batchSize: 2,
    rank: 4,
    threads: 1,
    learningRate: 0.05,
    devShare: 0.25,
  };
  const probe = { promptSetId: set.id, sampling };
  const started = await core.client.runs.start({ modelId, datasetId, recipe, probe, name: 'r' });
  ({ runId } = started);
  const { state } = await core.job(started.jobId);
  if (state !== 'succeeded') throw new Error(`The run is ${state}`);
}, 180_000);
afterAll(() => core[Symbol.asyncDispose]());

const outputRow = z.object({ output: z.string(), createdMs: z.number() });
const stored = () =>
  all(
    requireSession(core.core.context.core).file.db,
    outputRow,
    'SELECT output, created_ms AS createdMs FROM generation ORDER BY id',
  );

/** Votes on up to so many pairs, for the answer that comes first in the alphabet. */
async function vote(id: string, most: number): Promise<number> {
  const { studies } = core.client;
  for (let votes = 0; votes < most; votes += 1) {
    const pair = await studies.comparison({ id });
    if (!pair) return votes;
    const verdict = pair.left < pair.right ? 'left' : 'right';
    await studies.vote({ comparisonId: pair.comparisonId, verdict });
  }
  return most;
}

test('the answers of the probe are those of the study: nothing is made again, and no model is loaded', async () => {
  const { choices, studies, runs } = core.client;
  const made = await choices.create({ runId, epochs: [1, 2, 3] });
  expect(made).toMatchObject({ epochs: [1, 2, 3], reused: 12, answers: 12 });
  expect(await core.job(made.jobId)).toMatchObject({ state: 'succeeded' });
  const probe = await runs.probe({ id: runId });
  const probed = (probe?.answers ?? []).filter(({ epoch }) => epoch >= 1);
  expect(
    stored()
      .map(({ output }) => output)
      .toSorted(),
  ).toEqual(probed.map(({ output }) => output).toSorted());
  expect(await studies.get({ id: made.studyId })).toMatchObject({
    pairs: 3,
    comparisons: 12,
    answered: 12,
    promptSetNames: ['dev'],
    systemNames: null,
    leaders: null,
  });
  const blind = await choices.get({ runId });
  expect(blind).toMatchObject({ pick: null, result: null, canUndo: false, probePrompts: 4 });
  expect(blind.studies).toMatchObject([{ id: made.studyId, isRevealed: false, votes: 0 }]);
});

test('what an epoch lacks is made as the probe makes it: the same seed gives the same answer', async () => {
  const { choices, things, studies } = core.client;
  const { db } = requireSession(core.core.context.core).file;
  const before = stored().map(({ output }) => output);
  const [first] = await studies.list();
  await things.delete({ thing: 'study', id: first?.id ?? '' });
  expect(stored()).toEqual([]);
  // As a run leaves it that was stopped while its probe was answered.
  db.exec(`DELETE FROM probe_answer WHERE epoch = 2 AND ordinal > 0`);
  const made = await choices.create({ runId, epochs: [1, 2, 3] });
  expect(made).toMatchObject({ reused: 9, answers: 12 });
  expect(await core.job(made.jobId)).toMatchObject({ state: 'succeeded' });
  expect(
    stored()
      .map(({ output }) => output)
      .toSorted(),
  ).toEqual(before.toSorted());
});

test('votes rate the epochs once they are revealed, and a pick says on which of them it rests', async () => {
  const { choices, studies, runs } = core.client;
  const [study] = (await choices.get({ runId })).studies;
  const id = study?.id ?? '';
  const votes = await vote(id, 6);
  await studies.reveal({ id });
  const { result, studies: known } = await choices.get({ runId });
  expect(known).toMatchObject([{ id, isRevealed: true, votes }]);
  expect(result?.votes).toBe(votes);
  expect(result?.ratings.map(({ epoch }) => epoch).toSorted()).toEqual([1, 2, 3]);
  const { text } = await studies.report({ id, format: 'json' });
  expect(studyReportSchema.parse(JSON.parse(text)).disagreements).toEqual([]);
  const run = await runs.get({ id: runId });
  for (const { epoch, devLoss, checkpointId } of result?.ratings ?? []) {
    const checkpoint = run.checkpoints.find((one) => one.epoch === epoch);
    expect({ devLoss, checkpointId }).toEqual({
      devLoss: checkpoint?.devLoss,
      checkpointId: checkpoint?.id,
    });
  }
  const best = result?.ratings[0];
  const picked = await choices.pick({ runId, checkpointId: best?.checkpointId ?? '' });
  const basis = { studyIds: [id], votesSha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
  expect(picked.pick).toMatchObject({
    epoch: best?.epoch,
    checkpointId: best?.checkpointId,
    basis,
  });
  const marked = async () =>
    (await runs.get({ id: runId })).checkpoints
      .filter(({ isPicked }) => isPicked)
      .map(({ epoch }) => epoch);
  expect(await marked()).toEqual([best?.epoch]);

  const other = run.checkpoints.find(({ epoch }) => epoch !== best?.epoch);
  await choices.pick({ runId, checkpointId: other?.id ?? '' });
  expect(await marked()).toEqual([other?.epoch]);
  expect((await choices.undoPick({ runId })).pick?.epoch).toBe(best?.epoch);
  expect(await marked()).toEqual([best?.epoch]);
  expect((await choices.pick({ runId, checkpointId: null })).pick).toBeNull();
  expect(await marked()).toEqual([]);
});

test('a second round asks only about pairs without a vote, and one against the base compares each with it', async () => {
  const { choices, studies } = core.client;
  const before = (await choices.get({ runId })).result?.votes ?? 0;
  const again = await choices.create({ runId, epochs: [1, 2, 3] });
  await core.job(again.jobId);
  const { comparisons } = await studies.get({ id: again.studyId });
  const rule = (await choices.get({ runId })).result?.byRule ?? 0;
  expect(comparisons).toBe(12 - before - rule);
  await vote(again.studyId, Infinity);
  await studies.reveal({ id: again.studyId });
  const all12 = (await choices.get({ runId })).result;
  expect((all12?.votes ?? 0) + (all12?.byRule ?? 0)).toBe(12);
  expect(await refusalOf(choices.create({ runId, epochs: [1, 2, 3] }))).toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('has been voted on'),
  });
  const base = await choices.create({ runId, epochs: [3], againstBase: true });
  expect(base).toMatchObject({ reused: 8, answers: 8 });
  await core.job(base.jobId);
  await vote(base.studyId, Infinity);
  await studies.reveal({ id: base.studyId });
  const rated = (await choices.get({ runId })).result?.ratings.map(({ epoch }) => epoch);
  expect(rated?.toSorted()).toEqual([0, 1, 2, 3]);
});

test('what cannot be chosen from is refused with what there is', async () => {
  const { choices, runs } = core.client;
  expect(await refusalOf(choices.create({ runId, epochs: [1, 9] }))).toMatchObject({
    code: 'NOT_FOUND',
    message: 'Run “r” has no checkpoint of epoch 9. It has: 1, 2, 3.',
  });
  expect((await refusalOf(choices.create({ runId, epochs: [1] }))).code).toBe('INVALID_STATE');
  const { modelId, datasetId } = await runs.get({ id: runId });
  const recipe = { epochs: 1, batchSize: 2, rank: 4, threads: 1 };
  const plain = await runs.start({ modelId, datasetId, recipe, name: 'plain' });
  await core.job(plain.jobId);
  const { message } = await refusalOf(
    choices.create({ runId: plain.runId, epochs: [1], againstBase: true }),
  );
  expect(message).toContain('without probe prompts');
  const [checkpoint] = (await runs.get({ id: plain.runId })).checkpoints;
  const foreign = choices.pick({ runId, checkpointId: checkpoint?.id ?? '' });
  expect((await refusalOf(foreign)).message).toContain('is of plain, not of r');
  expect((await refusalOf(choices.undoPick({ runId: plain.runId }))).code).toBe('INVALID_STATE');
});
