import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusalOf, shortRecipe, TestCore } from '../testing/a-core.ts';

let core: TestCore;
beforeAll(async () => {
  core = await TestCore.start();
});
afterAll(() => core[Symbol.asyncDispose]());

const runFolder = (runId: string) => join(`${core.projectPath}.d`, 'runs', runId);

/** A finished run of two epochs, and an evaluation of its last adapter against the base. */
async function runAndEvaluation(name: string) {
  const { runId, jobId, model, datasetId } = await core.startRun(shortRecipe);
  await core.job(jobId);
  await core.client.things.label({ thing: 'run', id: runId, name });
  const run = await core.client.runs.get({ id: runId });
  const checkpointId = run.checkpoints.at(-1)?.id ?? '';
  const path = core.path('prompts.txt');
  writeFileSync(path, 'One?\nTwo?\n');
  const { set } = await core.client.prompts.import({ path });
  const evaluation = await core.client.evaluations.create({
    name: `${name} evaluated`,
    promptSetId: set.id,
    a: { modelId: model.modelId },
    b: { modelId: model.modelId, checkpointId },
    sampling: { maxTokens: 4 },
  });
  await core.job(evaluation.jobId);
  return { run, datasetId, checkpointId, promptSetId: set.id, model, ...evaluation };
}

describe('a run that an evaluation compares', () => {
  let made: Awaited<ReturnType<typeof runAndEvaluation>>;
  beforeAll(async () => {
    made = await runAndEvaluation('mine');
  }, 60_000);

  test('is found under its new name, and the old one is free', async () => {
    const { run } = made;
    const before = await core.client.things.label({ thing: 'run', id: run.id, name: 'renamed' });
    expect(before.name).toBe('mine');
    const [found] = await core.client.runs.list();
    expect(found).toMatchObject({ id: run.id, name: 'renamed' });
    const again = await core.client.runs.start({
      name: 'mine',
      modelId: made.model.modelId,
      datasetId: made.datasetId,
      recipe: shortRecipe,
    });
    await core.job(again.jobId);
    const taken = core.client.things.label({ thing: 'run', id: run.id, name: 'mine' });
    expect(await refusalOf(taken)).toMatchObject({ code: 'NAME_TAKEN' });
    await core.client.things.delete({ thing: 'run', id: again.runId });
  }, 60_000);

  test('keeps its note and its tags, each tag once and in order', async () => {
    const thing = { thing: 'run', id: made.run.id } as const;
    await core.client.things.label({ ...thing, note: 'two\nlines', tags: ['b', 'a', 'b'] });
    await core.client.things.label({ ...thing, tags: ['c', 'a'] });
    const labels = await core.client.things.labels({ thing: 'run' });
    expect(labels[made.run.id]).toEqual({
      name: 'renamed',
      note: 'two\nlines',
      tags: ['a', 'c'],
    });
  });

  test('says what depends on it and what it frees before it is deleted', async () => {
    const plan = await core.client.things.planDeletion({ thing: 'run', id: made.run.id });
    expect(plan).toMatchObject({ name: 'renamed', usedByJob: null });
    expect(plan.dependents).toEqual([
      { what: 'checkpoint', total: 2, names: ['epoch 1', 'epoch 2'] },
      { what: 'evaluation', total: 1, names: ['mine evaluated'] },
    ]);
    expect(plan.freesBytes).toBeGreaterThan(
      made.run.checkpoints.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
  });

  test('keeps the record of a checkpoint whose file was deleted, and refuses to use it', async () => {
    const [first] = made.run.checkpoints;
    const id = first?.id ?? '';
    const { freedBytes } = await core.client.things.delete({ thing: 'checkpoint', id });
    expect(freedBytes).toBeGreaterThan(first?.sizeBytes ?? 0);
    expect(existsSync(first?.path ?? '')).toBe(false);
    const run = await core.client.runs.get({ id: made.run.id });
    expect(run.checkpoints.map(({ epoch, isDeleted }) => [epoch, isDeleted])).toEqual([
      [1, true],
      [2, false],
    ]);
    const target = { checkpointId: id, kind: 'gguf' as const, path: core.path('out.gguf') };
    const refusal = await refusalOf(core.client.runs.export(target));
    expect(refusal).toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringContaining('was deleted'),
    });
    expect((await core.client.runs.checkpoints()).map((each) => each.id)).not.toContain(id);
  });

  test('leaves a dataset its samples until the run is deleted, too', async () => {
    const { datasetId } = made;
    await core.client.things.delete({ thing: 'dataset', id: datasetId });
    expect(await core.client.datasets.list()).toEqual([]);
    const run = await core.client.runs.get({ id: made.run.id });
    expect(run.datasetName).toMatch(/^four \(deleted [0-9a-f]{8}\)$/);
    const newRun = { modelId: made.model.modelId, datasetId, recipe: shortRecipe };
    expect(await refusalOf(core.client.runs.start(newRun))).toMatchObject({ code: 'NOT_FOUND' });
    const frozen = await core.client.datasets.freeze({ name: 'four' });
    expect(frozen).toMatchObject({ name: 'four', samples: 4, contentHash: run.datasetHash });
  });

  test('is gone with its files, while the evaluation keeps its answers and says so', async () => {
    await core.client.things.delete({ thing: 'run', id: made.run.id });
    expect(existsSync(runFolder(made.run.id))).toBe(false);
    expect(await core.client.runs.list()).toEqual([]);
    // Its row stays with that of the run, for the evaluation.
    expect((await core.client.jobs.list()).map(({ id }) => id)).not.toContain(made.run.jobId);
    const [evaluation] = await core.client.evaluations.list();
    expect(evaluation).toMatchObject({ generatedA: 2, generatedB: 2 });
    const revealed = await core.client.evaluations.reveal({ id: made.evaluationId });
    expect(revealed.systemB).toMatch(/renamed \(deleted [0-9a-f]{8}\)/);
    expect(await refusalOf(core.client.runs.get({ id: made.run.id }))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('leaves nothing once the evaluation is deleted, too', async () => {
    const { evaluationId, promptSetId } = made;
    await core.client.things.delete({ thing: 'prompt-set', id: promptSetId });
    expect(await core.client.prompts.list()).toEqual([]);
    const pair = await core.client.evaluations.comparison({ id: evaluationId, ordinal: 0 });
    expect(pair?.prompt.at(-1)?.content).toBe('One?');
    await core.client.things.delete({ thing: 'evaluation', id: evaluationId });
    const { client } = core;
    expect(await client.evaluations.list()).toEqual([]);
    await client.project.close();
    await client.project.open({ path: core.projectPath });
    expect(await client.runs.list()).toEqual([]);
    expect((await client.jobs.list()).map(({ kind }) => kind)).not.toContain('train');
    expect(await client.backups.damage()).toEqual({ damage: [] });
  });
});

test('a checkpoint whose file lies elsewhere than the trainer puts it takes nothing else along', async () => {
  await using other = await TestCore.start();
  const { runId, jobId } = await other.startRun(shortRecipe);
  await other.job(jobId);
  const run = await other.client.runs.get({ id: runId });
  const [first, second] = run.checkpoints;
  const names = [
    'stray.gguf',
    'runs/stray.gguf',
    `runs/${run.id}/stray.gguf`,
    `runs/${run.id}/epoch-002/adapter.gguf`,
  ];
  const { db } = other.core.context.core.session?.file ?? {};
  const rename = db?.prepare('UPDATE checkpoint SET file = ? WHERE id = ?');
  for (const name of names) {
    rename?.run(name, first?.id);
    const stray = join(`${other.projectPath}.d`, name);
    if (!existsSync(stray)) writeFileSync(stray, 'weights');
    const plan = await other.client.things.planDeletion({
      thing: 'checkpoint',
      id: first?.id ?? '',
    });
    expect(plan.freesBytes).toBe(name.includes('stray') ? 'weights'.length : 0);
  }
  rename?.run('stray.gguf', first?.id);
  await other.client.things.delete({ thing: 'checkpoint', id: first?.id ?? '' });
  expect(existsSync(join(`${other.projectPath}.d`, 'stray.gguf'))).toBe(false);
  expect(existsSync(second?.path ?? '')).toBe(true);
});

test('a model is removed from the project, and its file stays where it is', async () => {
  const { modelId, path } = await core.addModel({ seed: 9 }, 'nine.gguf');
  const { freesBytes } = await core.client.things.planDeletion({ thing: 'model', id: modelId });
  expect(freesBytes).toBe(0);
  await core.client.things.delete({ thing: 'model', id: modelId });
  expect((await core.client.models.list()).map(({ id }) => id)).not.toContain(modelId);
  expect(existsSync(path)).toBe(true);
  await core.client.things.restore({ thing: 'model', id: modelId });
  expect((await core.client.models.list()).map(({ id }) => id)).toContain(modelId);
  await core.client.things.delete({ thing: 'model', id: modelId });
  const { jobId } = await core.client.models.add({ path });
  expect((await core.job(jobId)).result).toMatchObject({ modelId });
  expect((await core.client.models.list()).map(({ id }) => id)).toContain(modelId);
});

test('a run that goes on is not deleted', async () => {
  const modelId = (await core.addModel()).modelId;
  const datasetId = await core.freezeDataset(5, 'five');
  const recipe = { ...shortRecipe, epochs: 1000 };
  const { runId, jobId } = await core.client.runs.start({ modelId, datasetId, recipe });
  const refusal = await refusalOf(core.client.things.delete({ thing: 'run', id: runId }));
  expect(refusal).toMatchObject({ code: 'INVALID_STATE' });
  await core.client.jobs.cancel({ id: jobId });
  await core.job(jobId);
  await core.client.things.delete({ thing: 'run', id: runId });
  expect(await core.client.runs.list()).toEqual([]);
}, 60_000);

test.each([
  ['an empty name', { name: ' ' }],
  ['a name of two lines', { name: 'a\nb' }],
  ['a name of more than 100 letters', { name: 'x'.repeat(101) }],
  ['a tag with a comma', { tags: ['a,b'] }],
  ['more than 20 tags', { tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }],
])('%s is refused', async (_, label) => {
  const { modelId } = await core.addModel({ seed: 9 }, 'nine.gguf');
  const call = core.client.things.label({ thing: 'model', id: modelId, ...label });
  expect((await refusalOf(call)).code).toBe('BAD_REQUEST');
});

test('the disk view counts what is there, and removes only what belongs to nothing', async () => {
  const strange = join(`${core.projectPath}.d`, 'runs', 'no-such-run', 'epoch-001');
  mkdirSync(strange, { recursive: true });
  writeFileSync(join(strange, 'adapter.gguf'), 'x'.repeat(5000));
  const notes = join(`${core.projectPath}.d`, 'notes.txt');
  writeFileSync(notes, 'mine');
  const usage = await core.client.disk.usage();
  expect(usage.leftovers).toMatchObject([{ bytes: 5000 }]);
  expect(usage.freeableBytes).toBe(5000);
  expect(usage.parts.map(({ part }) => part)).toContain('project');
  expect(await core.client.disk.removeLeftovers()).toEqual({ freedBytes: 5000 });
  expect(existsSync(strange)).toBe(false);
  expect(existsSync(notes)).toBe(true);
  expect((await core.client.disk.usage()).leftovers).toEqual([]);
});
