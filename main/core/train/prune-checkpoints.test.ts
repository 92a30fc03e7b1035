import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { PruneRule } from '../../../shared/domain/runs/pruning.ts';
import { describePruning } from '../../../shared/text/pruning.ts';
import { withTransaction } from '../../store/database.ts';
import { insertCheckpoint } from '../../store/repositories/checkpoints.ts';
import { refusalOf, shortRecipe, TestCore } from '../testing/a-core.ts';

test('pruning says what goes and is freed, asks before what evaluations depend on, and removes no other', async () => {
  await using core = await TestCore.start();
  const recipe = { ...shortRecipe, epochs: 3, devShare: 0.25 };
  const { runId, jobId, model } = await core.startRun(recipe);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const { checkpoints } = await core.client.runs.get({ id: runId });
  const [first, second, third] = checkpoints;
  const rule: PruneRule = { keep: 'last', count: 1 };
  const plan = await core.client.runs.planPruning({ runId, rule });
  expect([plan.keptEpochs, plan.removed.map(({ epoch }) => epoch)]).toEqual([[3], [1, 2]]);
  const sizes = (first?.sizeBytes ?? 0) + (second?.sizeBytes ?? 0);
  expect(plan.freesBytes).toBeGreaterThanOrEqual(sizes);
  expect(existsSync(first?.path ?? '')).toBe(true);

  const path = core.writeLines('asked.jsonl', [{ prompt: 'Hello' }]);
  const { set } = await core.client.prompts.import({ path });
  const evaluation = await core.client.evaluations.create({
    name: 'first epoch',
    promptSetId: set.id,
    a: { modelId: model.modelId },
    b: { modelId: model.modelId, checkpointId: first?.id ?? '' },
    sampling: { maxTokens: 4, temperature: 0 },
  });
  await core.job(evaluation.jobId);
  const checkpointIds = [first?.id ?? '', second?.id ?? ''];
  const prune = { runId, rule, checkpointIds };
  const refusal = await refusalOf(core.client.runs.prune(prune));
  expect([refusal.code, refusal.message]).toEqual([
    'INVALID_STATE',
    expect.stringContaining('depend on epoch 1'),
  ]);
  const fewer = { ...prune, checkpointIds: [second?.id ?? ''], withDependents: true };
  expect((await refusalOf(core.client.runs.prune(fewer))).message).toContain('others by now');
  for (const { path: file } of checkpoints) expect(existsSync(file)).toBe(true);

  const done = await core.client.runs.prune({ ...prune, withDependents: true });
  expect(done).toEqual({ removed: 2, freedBytes: plan.freesBytes });
  expect(checkpoints.map((each) => existsSync(each.path))).toEqual([false, false, true]);
  const usable = await core.client.runs.checkpoints();
  expect(usable.map(({ id }) => id)).toEqual([third?.id]);
  expect(await core.client.runs.planPruning({ runId, rule })).toMatchObject({ removed: [] });
});

test('a run that goes on is not pruned, and a rule without votes to judge by says so', async () => {
  await using core = await TestCore.start();
  const { runId, jobId } = await core.startRun({ ...shortRecipe, epochs: 1000, batchSize: 1 });
  await core.reachEpoch(runId, 2);
  const rule: PruneRule = { keep: 'last', count: 1 };
  const plan = await core.client.runs.planPruning({ runId, rule });
  expect(plan.usedByJob).not.toBeNull();
  const checkpointIds = plan.removed.map(({ checkpointId }) => checkpointId);
  const refusal = await refusalOf(core.client.runs.prune({ runId, rule, checkpointIds }));
  expect(refusal).toMatchObject({ code: 'INVALID_STATE' });
  await core.client.jobs.cancel({ id: jobId });
  await core.job(jobId);
  const votes: PruneRule = { keep: 'best-votes', count: 1 };
  expect(await core.client.runs.planPruning({ runId, rule: votes })).toMatchObject({
    removed: [],
    problem: expect.stringContaining('votes'),
  });
});

// Each of them looked through all the others, and was a transaction of its own.
test('a rule keeps two of a thousand checkpoints, and the words for it stay short', async () => {
  await using core = await TestCore.start();
  const { runId, jobId } = await core.startRun({ ...shortRecipe, epochs: 2 });
  await core.job(jobId);
  const { db } = core.core.context.core.session?.file ?? {};
  if (!db) throw new Error('No project is open');
  withTransaction(db, () => {
    for (let epoch = 3; epoch <= 1000; epoch++)
      insertCheckpoint(db, {
        runId,
        epoch,
        step: epoch,
        file: `runs/${runId}/epoch-${epoch}/adapter.gguf`,
        sha256: String(epoch).padStart(64, '0'),
        sizeBytes: 1,
        meanLoss: 1,
      });
  });
  const rule: PruneRule = { keep: 'every', count: 500 };
  const plan = await core.client.runs.planPruning({ runId, rule });
  const checkpointIds = plan.removed.map(({ checkpointId }) => checkpointId);
  const done = await core.client.runs.prune({ runId, rule, checkpointIds });
  expect([plan.keptEpochs, done.removed]).toEqual([[500, 1000], 998]);
  expect(done.freedBytes).toBe(plan.freesBytes);
  expect(describePruning(plan)).toContain('(epochs 1 to 499, 501 to 999)');
  const { checkpoints } = await core.client.runs.get({ id: runId });
  const live = checkpoints.filter(({ isDeleted }) => !isDeleted);
  expect(live.map(({ epoch }) => epoch)).toEqual([500, 1000]);
  expect(checkpoints.slice(0, 2).map(({ path }) => existsSync(path))).toEqual([false, false]);
});

test('two checkpoints that share a folder go with it when both are removed, and not before', async () => {
  await using core = await TestCore.start();
  const { runId, jobId } = await core.startRun({ ...shortRecipe, epochs: 3 });
  await core.job(jobId);
  const { checkpoints } = await core.client.runs.get({ id: runId });
  const [first, second] = checkpoints;
  const { db } = core.core.context.core.session?.file ?? {};
  db?.prepare('UPDATE checkpoint SET file = replace(file, ?, ?) WHERE id = ?').run(
    'epoch-002',
    'epoch-001',
    second?.id,
  );
  const alone = { thing: 'checkpoint', id: first?.id ?? '' } as const;
  expect((await core.client.things.planDeletion(alone)).freesBytes).toBe(0);
  const rule: PruneRule = { keep: 'last', count: 1 };
  const checkpointIds = [first?.id ?? '', second?.id ?? ''];
  const { freedBytes } = await core.client.runs.prune({ runId, rule, checkpointIds });
  expect(freedBytes).toBeGreaterThan(first?.sizeBytes ?? 0);
  expect(existsSync(first?.path ?? '')).toBe(false);
});
