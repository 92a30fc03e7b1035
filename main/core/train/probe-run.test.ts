import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answerSeed } from '../../../shared/domain/evaluate/answer-seed.ts';
import type { RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import { TestCore } from '../testing/a-core.ts';
import { canFindEngines, killEngine } from '../testing/engine-processes.ts';

const recipe: RecipeInput = { epochs: 1.5, batchSize: 2, rank: 4, threads: 1, learningRate: 0.05 };
const sampling = { temperature: 0, repeatPenalty: 1, maxTokens: 6 };

async function aProbedRun(fields: RecipeInput = {}, last = 'Question 19?') {
  const core = await TestCore.start();
  const { modelId } = await core.addModel({ contextLength: 512 });
  const datasetId = await core.freezeDataset();
  const path = core.path('asked.txt');
  writeFileSync(
    path,
    Array.from({ length: 22 }, (_, n) => `${n === 19 ? last : `Question ${n}?`}\n`).join(''),
  );
  const { set } = await core.client.prompts.import({ path });
  const input = { modelId, datasetId, recipe: { ...recipe, ...fields } };
  const probe = { promptSetId: set.id, sampling };
  const started = await core.client.runs.start({ ...input, probe });
  return { core, input, ...started };
}

test('every epoch answers the probe with its own adapter, and the probe changes no weight', async () => {
  const chatTemplate = `{% for m in messages %}{% if m.role == 'user' %}[{{ m.content }}]{% else %}{{ m.content }}{{ eos_token }}{% endif %}{% endfor %}`;
  // One prompt that cannot be asked: it fails alone, and the run says so once.
  const long = 'long '.repeat(200);
  const { core, input, runId, jobId } = await aProbedRun({ chatTemplate }, long);
  await using _ = core;
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const probe = await core.client.runs.probe({ id: runId });
  expect(probe?.prompts).toHaveLength(20);
  const epochs = probe?.answers.map(({ epoch }) => epoch) ?? [];
  for (const epoch of [0, 1, 1.5]) expect(epochs.filter((each) => each === epoch)).toHaveLength(20);
  const run = await core.client.runs.get({ id: runId });
  for (const { epoch, sha256 } of run.checkpoints) {
    const answers = probe?.answers.filter((answer) => answer.epoch === epoch) ?? [];
    expect(answers.every(({ identity }) => identity.adapterSha256 === sha256)).toBe(true);
  }
  // The base is asked as the run trains, not with a template of its own.
  const templates = new Set(probe?.answers.map(({ identity }) => identity.templateSha256));
  expect([...templates]).toEqual([createHash('sha256').update(chatTemplate).digest('hex')]);
  const failed = probe?.answers.filter(({ finish }) => finish === 'failed');
  expect(failed?.map(({ epoch, ordinal }) => [epoch, ordinal])).toEqual(
    [0, 1, 1.5].map((epoch) => [epoch, 19]),
  );
  expect(run.events).toMatchObject([
    {
      kind: 'warning',
      message: expect.stringMatching(/^Probe prompt 20 is not answered: The prompt has/),
    },
  ]);
  const outputs = (epoch: number) =>
    probe?.answers.filter((answer) => answer.epoch === epoch).map(({ output }) => output);
  expect(outputs(1.5)).not.toEqual(outputs(0));
  const words = (ordinal: number) => ({ messages: probe?.prompts[ordinal]?.messages ?? [] });
  for (const { ordinal, identity } of probe?.answers ?? [])
    expect(identity.sampling.seed).toBe(answerSeed(42, words(ordinal), 0));

  const plain = await core.client.runs.start(input);
  await core.job(plain.jobId);
  const other = await core.client.runs.get({ id: plain.runId });
  expect(run.checkpoints.at(-1)?.sha256).toBe(other.checkpoints.at(-1)?.sha256);
  expect(await core.client.runs.probe({ id: plain.runId })).toBeNull();
});

test.runIf(canFindEngines)(
  'a run goes on with a warning when the process that probes it is killed',
  async () => {
    const { core, runId, jobId } = await aProbedRun();
    await using _ = core;
    await core.job(jobId, (job) => job.progress?.phase === 'answering probe prompts');
    killEngine('inference');
    expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
    const { events } = await core.client.runs.get({ id: runId });
    expect(events).toMatchObject([
      { kind: 'warning', message: expect.stringMatching(/not answered/) },
    ]);
    const probe = await core.client.runs.probe({ id: runId });
    // The first epoch asks again for what the base lacks.
    expect(probe?.answers).toHaveLength(60);
  },
);

test('a run that waits for answers of an epoch tells them beside its steps', async () => {
  const { core, jobId } = await aProbedRun({ epochs: 1000 });
  await using _ = core;
  const waiting = await core.job(jobId, ({ progress }) => progress?.subtask?.unit === 'answers');
  const subtask = { phase: 'answering probe prompts', total: 20 };
  expect(waiting.progress).toMatchObject({ phase: 'training', unit: 'steps', subtask });
  const { totalSteps } = (await core.client.runs.list())[0] ?? {};
  expect(waiting.progress?.total).toBe(totalSteps);
  await core.client.jobs.cancel({ id: jobId });
  await core.job(jobId);
});

/** Waits for so many answers of an epoch; returns how many there are of it and of those before. */
async function answersUntil(core: TestCore, runId: string, epoch: number, count: number) {
  for (;;) {
    const answers = (await core.client.runs.probe({ id: runId }))?.answers ?? [];
    const counts = Array.from(
      { length: epoch + 1 },
      (_, each) => answers.filter((answer) => answer.epoch === each).length,
    );
    if ((counts[epoch] ?? 0) >= count) return counts;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a run that is paused while it is probed asks the missing prompts after it resumes', async () => {
  const { core, runId, jobId } = await aProbedRun({ epochs: 1000 });
  await using _ = core;
  await answersUntil(core, runId, 1, 1);
  await core.client.jobs.pause({ id: jobId });
  expect((await core.job(jobId)).state).toBe('paused');
  await core.client.jobs.resume({ id: jobId });
  expect(await answersUntil(core, runId, 2, 20)).toEqual([20, 20, 20]);
});
