import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { JobSnapshot } from '../../shared/domain/job.ts';
import { comparisonsOf } from '../store/repositories/comparisons.ts';
import { requireSession } from './project/core-state.ts';
import {
  conversations,
  endlessRecipe,
  endlessSampling,
  endlessTalker,
  refusalOf,
  shortRecipe,
  TestCore,
} from './testing/a-core.ts';
import { startEvaluation } from './testing/an-evaluation.ts';
import { canFindEngines, enginePids, killEngine } from './testing/engine-processes.ts';

const isPhase = (phase: string) => (job: JobSnapshot) => job.progress?.phase === phase;
const isRunning = (job: JobSnapshot) => job.state === 'running';
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

async function checkpointsAfter(core: TestCore, runId: string, epoch: number) {
  await core.reachEpoch(runId, epoch);
  return (await core.client.runs.get({ id: runId })).checkpoints;
}

const storedAnswers = (core: TestCore, evaluationId: string) =>
  comparisonsOf(requireSession(core.core.context.core).file.db, evaluationId).flatMap((item) =>
    [item.a, item.b].flatMap((answer) => answer?.output ?? []),
  );

function startChat(core: TestCore, modelId: string, sampling = endlessSampling) {
  const messages = [{ role: 'user' as const, content: 'Go on' }];
  const system = { modelId };
  return core.client.chat.send({ conversationId: 'c', pane: 'left', system, messages, sampling });
}

describe.runIf(canFindEngines)('a killed engine', () => {
  test('of a run leaves its finished epochs whole and the core able to train again', async () => {
    await using core = await TestCore.start();
    const { jobId, runId, model, datasetId } = await core.startRun(endlessRecipe);
    const before = await checkpointsAfter(core, runId, 3);
    killEngine('trainer');
    const job = await core.job(jobId);
    expect(job).toMatchObject({ state: 'interrupted', error: { code: 'ENGINE_CRASHED' } });
    expect(job.error?.message).toMatch(/trainer.*SIGKILL/);
    const { checkpoints } = await core.client.runs.get({ id: runId });
    expect(checkpoints.length).toBeGreaterThanOrEqual(3);
    expect(checkpoints.slice(0, before.length)).toEqual(before);
    for (const { path, sha256: hash } of checkpoints) expect(sha256(path)).toBe(hash);
    const again = await core.client.runs.start({
      modelId: model.modelId,
      datasetId,
      recipe: shortRecipe,
    });
    expect((await core.job(again.jobId)).state).toBe('succeeded');
  });

  test('of a chat ends its stream with an error, and the next question is answered', async () => {
    await using core = await TestCore.start();
    const { modelId } = await core.addModel(endlessTalker);
    const cut = async () => {
      for await (const event of await startChat(core, modelId))
        if (event.type === 'text' && enginePids('inference').length > 0) killEngine('inference');
    };
    expect(await refusalOf(cut())).toMatchObject({
      code: 'ENGINE_CRASHED',
      message: expect.stringMatching(/inference.*SIGKILL/),
    });
    let last = '';
    for await (const event of await startChat(core, modelId, { ...endlessSampling, maxTokens: 3 }))
      last = event.type;
    expect(last).toBe('answer');
  });

  test('of an evaluation keeps the answers that came, and resuming adds the missing ones', async () => {
    await using core = await TestCore.start();
    const { evaluationId, jobId } = await startEvaluation(core, { prompts: 60, maxTokens: 60 });
    await core.job(jobId, (job) => (job.progress?.done ?? 0) >= 4);
    killEngine('inference');
    expect(await core.job(jobId)).toMatchObject({ error: { code: 'ENGINE_CRASHED' } });
    const before = storedAnswers(core, evaluationId);
    expect(before.length).toBeGreaterThanOrEqual(4);
    await core.client.jobs.resume({ id: jobId });
    const resumed = await core.job(
      jobId,
      ({ progress, state }) => state === 'running' && progress !== null && progress.done < 120,
    );
    expect(resumed.progress?.done).toBeGreaterThanOrEqual(before.length);
    expect((await core.job(jobId)).state).toBe('succeeded');
    const after = storedAnswers(core, evaluationId);
    expect(after).toHaveLength(120);
    expect(after).toEqual(expect.arrayContaining(before));
  });
});

describe('a cancelled job', () => {
  test('of an import stops, keeps what it had stored and can be resumed', async () => {
    await using core = await TestCore.start();
    const path = core.writeLines('many.jsonl', conversations(10_000));
    const { jobId } = await core.client.imports.start({ path });
    await core.job(jobId, (job) => (job.progress?.done ?? 0) > 0);
    expect((await core.client.jobs.cancel({ id: jobId })).state).toBe('cancelling');
    expect((await core.job(jobId)).state).toBe('cancelled');
    const { pending } = (await core.client.samples.facets()).statuses;
    expect(pending).toBeGreaterThan(0);
    expect(pending).toBeLessThan(10_000);
    await core.client.jobs.resume({ id: jobId });
    const { result } = await core.job(jobId);
    expect(result).toMatchObject({ read: 10_000, duplicates: pending });
  });

  test.each(['starting', 'encoding', 'training'])(
    'of a run in the phase %s ends its engine and keeps its finished checkpoints',
    async (phase) => {
      await using core = await TestCore.start();
      const model = await core.addModel();
      const datasetId = await core.freezeDataset(phase === 'encoding' ? 2000 : 4);
      const recipe = endlessRecipe;
      const { jobId, runId } = await core.client.runs.start({ ...model, datasetId, recipe });
      await core.job(jobId, phase === 'starting' ? isRunning : isPhase(phase));
      await core.client.jobs.cancel({ id: jobId });
      const { state, error } = await core.job(jobId);
      expect([state, error]).toEqual(['cancelled', null]);
      const { checkpoints } = await core.client.runs.get({ id: runId });
      expect(checkpoints.every((checkpoint) => existsSync(checkpoint.path))).toBe(true);
      expect(enginePids('')).toEqual([]);
    },
  );

  test('of an evaluation keeps whole answers and nothing of unfinished ones', async () => {
    await using core = await TestCore.start();
    const { evaluationId, jobId } = await startEvaluation(core, { prompts: 60, maxTokens: 60 });
    await core.job(jobId, (job) => (job.progress?.done ?? 0) >= 2);
    await core.client.jobs.cancel({ id: jobId });
    expect((await core.job(jobId)).state).toBe('cancelled');
    const before = storedAnswers(core, evaluationId);
    expect(before.length).toBeGreaterThanOrEqual(2);
    await core.client.jobs.resume({ id: jobId });
    expect((await core.job(jobId)).state).toBe('succeeded');
    expect(storedAnswers(core, evaluationId)).toEqual(expect.arrayContaining(before));
  });
});
