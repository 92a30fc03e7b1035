import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { all } from '../store/database.ts';
import { requireSession } from './project/core-state.ts';
import {
  endlessRecipe,
  endlessSampling,
  endlessTalker,
  refusalOf,
  TestCore,
} from './testing/a-core.ts';
import { enginePids } from './testing/engine-processes.ts';

const messages = [{ role: 'user' as const, content: 'Go on' }];

test('closing during a run ends its engine, frees the lock and leaves the run interrupted', async () => {
  await using core = await TestCore.start();
  const { runId } = await core.startRun(endlessRecipe);
  const [first] = await core.client.samples.list({ limit: 1 });
  await core.reachEpoch(runId, 1);
  await core.core.close();
  expect(enginePids('')).toEqual([]);
  for (const suffix of ['-wal', '.lock']) expect(existsSync(core.projectPath + suffix)).toBe(false);
  await using again = await TestCore.start({ folder: core.folder, project: 'open' });
  const run = await again.client.runs.get({ id: runId });
  expect(run.state).toBe('interrupted');
  expect(run.checkpoints.map((checkpoint) => existsSync(checkpoint.path))).toContain(true);
  expect((await again.client.samples.list({ limit: 1 }))[0]).toEqual(first);
});

test('closing while an answer comes ends its stream and stores it as cancelled', async () => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel(endlessTalker);
  const chat = {
    conversationId: 'c',
    pane: 'left',
    system: { modelId },
    messages,
    sampling: endlessSampling,
  } as const;
  let finish = '';
  let closing: Promise<unknown> | undefined;
  for await (const event of await core.client.chat.send(chat)) {
    if (event.type === 'text') closing ??= core.client.project.close({ stopJobs: true });
    if (event.type === 'answer') finish = event.answer.finish;
  }
  await closing;
  expect(finish).toBe('cancelled');
  expect(enginePids('')).toEqual([]);
  await core.client.project.open({ path: core.projectPath });
  const { db } = requireSession(core.core.context.core).file;
  expect(all(db, z.unknown(), 'SELECT finish FROM chat_answer')).toEqual([{ finish: 'cancelled' }]);
});

test('closing the core while answers come for a script ends their stream and their engine', async () => {
  await using core = await TestCore.start();
  const { path } = await core.addModel(endlessTalker);
  const request = {
    system: { basePath: path },
    items: [{ key: 'k', messages }],
    sampling: endlessSampling,
    asChat: true,
  };
  const events: string[] = [];
  for await (const event of await core.client.generations.run(request)) {
    if (event.type === 'text' && !events.includes('text')) void core.core.close();
    events.push(event.type);
  }
  await core.core.close();
  expect(events.at(-1)).toBe('answer');
  expect(enginePids('')).toEqual([]);
});

test('every watch ends when its project is closed', async () => {
  await using core = await TestCore.start();
  const { jobId, runId } = await core.startRun(endlessRecipe);
  const states: string[] = [];
  const jobs = (async () => {
    for await (const job of await core.client.jobs.watch({}))
      if (job.id === jobId) states.push(job.state);
  })();
  const topics = (async () => {
    for await (const change of await core.client.project.watch()) expect(change).toBeDefined();
  })();
  const metrics = (async () => {
    for await (const _ of await core.client.runs.metrics({ runId }));
  })();
  await core.job(jobId, (job) => job.progress?.phase === 'training');
  await core.client.project.close({ stopJobs: true });
  await Promise.all([jobs, topics, metrics]);
  expect(states.at(-1)).toBe('interrupted');
});

test('calls that open projects at the same time open them one after the other', async () => {
  await using core = await TestCore.start();
  const other = core.path('other.lima');
  await core.client.project.create({ path: other });
  await core.client.project.close();
  const { open } = core.client.project;
  const paths = [core.projectPath, other, other, core.projectPath, other];
  const opened = await Promise.all(paths.map((path) => open({ path })));
  expect(opened.map((info) => info.path)).toEqual(paths);
  expect((await core.client.project.current())?.path).toBe(other);
  await core.client.project.close();
  for (const path of [core.projectPath, other]) {
    expect(existsSync(`${path}.lock`)).toBe(false);
    expect((await open({ path })).path).toBe(path);
  }
});

test('a call that needs a project is refused with NO_PROJECT while none is open', async () => {
  await using core = await TestCore.start({ project: 'none' });
  const calls = [
    core.client.samples.list({}),
    core.client.imports.start({ path: '/x' }),
    core.client.jobs.list(),
  ];
  for (const call of calls) expect((await refusalOf(call)).code).toBe('NO_PROJECT');
  const watch = async () => {
    for await (const job of await core.client.jobs.watch({})) expect(job).toBeDefined();
  };
  expect((await refusalOf(watch())).code).toBe('NO_PROJECT');
});

test('a project cannot be created once the core is closing', async () => {
  await using core = await TestCore.start();
  const other = core.path('other.lima');
  const [refused] = await Promise.all([
    core.core.close().then(() => refusalOf(core.client.project.create({ path: other }))),
    core.core.close(),
  ]);
  expect(refused.code).toBe('INVALID_STATE');
  expect(existsSync(other)).toBe(false);
});

test('a call that is overtaken by closing the project ends with NO_PROJECT', async () => {
  await using core = await TestCore.start();
  const path = core.writeLines(
    'prompts.jsonl',
    Array.from({ length: 20_000 }, (_, number) => ({ prompt: `Prompt ${number}` })),
  );
  const importing = refusalOf(core.client.prompts.import({ path }));
  await core.client.project.close();
  expect((await importing).code).toBe('NO_PROJECT');
});
