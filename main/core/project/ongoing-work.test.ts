import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ORPCError } from '@orpc/client';
import { ongoingWorkSchema } from '../../../shared/domain/job.ts';
import { endlessRecipe, endlessSampling, endlessTalker, TestCore } from '../testing/a-core.ts';

/** A core in which a run goes on that ends by itself after hours. */
async function busyCore() {
  const core = await TestCore.start();
  const { jobId } = await core.startRun(endlessRecipe);
  await core.job(jobId, (job) => (job.progress?.done ?? 0) > 0);
  return { core, jobId };
}

/** What a refused call says goes on. */
async function refusedFor(call: Promise<unknown>) {
  const error = await call.then(
    () => 'was not refused',
    (reason: unknown) => reason,
  );
  if (!(error instanceof ORPCError) || error.code !== 'JOBS_RUNNING')
    throw new Error(String(error));
  return { message: error.message, work: ongoingWorkSchema.parse(error.data) };
}

describe('while a run goes on', () => {
  test('nothing ends the project unasked: each call names the run, and changes no file', async () => {
    const { core, jobId } = await busyCore();
    await using _ = core;
    const other = core.path('other.lima');
    await using maker = await TestCore.start({ folder: core.path('elsewhere'), project: 'none' });
    await maker.client.project.create({ path: other });
    await maker.client.project.close();
    const { project, backups } = core.client;
    await backups.make();
    const calls = {
      close: () => project.close(),
      open: () => project.open({ path: other }),
      create: () => project.create({ path: core.path('new.lima') }),
      createSample: () => project.createSample({ path: core.path('atlas.lima') }),
      restore: () => backups.restore({ path: core.projectPath }),
      restoreOther: () => backups.restore({ path: other, name: core.projectPath }),
    };
    for (const [name, call] of Object.entries(calls)) {
      const { message, work } = await refusedFor(call());
      expect({ name, jobs: work.jobs.map(({ id }) => id) }).toEqual({ name, jobs: [jobId] });
      expect(message).toContain('1 job would end with p');
      expect((await core.client.jobs.get({ id: jobId })).state).toBe('running');
      expect((await project.current())?.path).toBe(core.projectPath);
    }
    for (const name of ['new.lima', 'atlas.lima', 'atlas-base.gguf'])
      expect({ name, exists: existsSync(core.path(name)) }).toEqual({ name, exists: false });
    await project.open({ path: other, stopJobs: true });
    expect((await project.current())?.path).toBe(other);
    await project.open({ path: core.projectPath });
    const stopped = await core.client.jobs.get({ id: jobId });
    expect(['paused', 'interrupted']).toContain(stopped.state);
  });

  test('opening the project that is open asks nothing', async () => {
    const { core, jobId } = await busyCore();
    await using _ = core;
    await core.client.project.open({ path: core.projectPath });
    expect((await core.client.jobs.get({ id: jobId })).state).toBe('running');
  });

  test('the project closes by itself once the run is done, unless that is taken back', async () => {
    const { core, jobId } = await busyCore();
    await using _ = core;
    const { project } = core.client;
    await project.closeWhenDone({ isWanted: true });
    expect(await project.current()).toMatchObject({ closesWhenDone: true });
    await project.closeWhenDone({ isWanted: false });
    await core.client.jobs.pause({ id: jobId });
    await core.job(jobId);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await project.current()).toMatchObject({ closesWhenDone: false });
    await core.client.jobs.resume({ id: jobId });
    await project.closeWhenDone({ isWanted: true });
    await core.client.jobs.cancel({ id: jobId });
    await expect.poll(() => project.current(), { timeout: 20_000 }).toBeNull();
  });
});

test('an answer that is being written counts as well, and is kept as far as it came', async () => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel(endlessTalker);
  const place = { conversationId: 'c', pane: 'left' } as const;
  const messages = [{ role: 'user' as const, content: 'Go on' }];
  const chat = { ...place, system: { modelId }, messages, sampling: endlessSampling };
  let refused: Awaited<ReturnType<typeof refusedFor>> | undefined;
  for await (const event of await core.client.chat.send(chat)) {
    if (event.type !== 'text' || refused) continue;
    refused = await refusedFor(core.client.project.close());
    expect(await core.client.project.ongoing()).toEqual({ jobs: [], answers: 1 });
    await core.client.chat.stop(place);
  }
  expect(refused?.work).toEqual({ jobs: [], answers: 1 });
  expect(await core.client.project.close()).toMatchObject({ closed: true });
});
