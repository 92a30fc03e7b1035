import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { answerSeed } from '../../../shared/domain/evaluate/answer-seed.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';
import { sendError, StandInEndpoint } from '../testing/stand-in-endpoint.ts';

const key = 'sk-planted-key-4711';

/** A project that may ask the endpoint, with a prompt set of these. */
async function allowed(core: TestCore, { baseUrl }: StandInEndpoint, prompts: string[]) {
  const path = core.path('prompts.txt');
  writeFileSync(path, prompts.map((text) => `${text}\n`).join(''));
  const { set } = await core.client.prompts.import({ path });
  await core.client.network.allow({ baseUrl, key });
  await core.client.network.setEnabled({ isEnabled: true });
  return set;
}

const seedOf = (content: string) => answerSeed(42, { messages: [{ role: 'user', content }] }, 0);

const sampling = { temperature: 0.7, topP: 0.9, repeatPenalty: 1.2, maxTokens: 64, seed: 42 };

/** Two models of one endpoint on a set, being asked. */
const compare = (core: TestCore, { baseUrl }: StandInEndpoint, promptSetId: string) =>
  core.client.evaluations.create({
    name: 'e',
    promptSetId,
    a: { endpoint: { baseUrl: `${baseUrl}/`, model: 'small' } },
    b: { endpoint: { baseUrl, model: 'large' } },
    sampling,
    parallel: 4,
  });

/** Everything that a core has written, but for the person's own settings. */
const written = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'network.json')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');

test('two models of an endpoint are compared, and what each said of itself stands with its answers', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const prompts = Array.from({ length: 9 }, (_, n) => `Prompt ${n}`);
  const set = await allowed(core, server, prompts);
  const { evaluationId, jobId } = await compare(core, server, set.id);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded', result: { answers: 18 } });
  expect(server.asked.toSorted()).toEqual([...prompts, ...prompts].toSorted());
  const seeds = server.heard.map(({ body }) => body?.['seed']);
  expect(new Set(seeds)).toEqual(new Set(prompts.map(seedOf)));
  expect(server.heard[0]?.body).toMatchObject({ temperature: 0.7, top_p: 0.9, max_tokens: 64 });
  expect(server.heard[0]?.body).not.toHaveProperty('repeat_penalty');

  await core.client.evaluations.reveal({ id: evaluationId });
  const { text } = await core.client.evaluations.report({ id: evaluationId, format: 'json' });
  const report = JSON.parse(text);
  expect(report.systems.a).toMatchObject({
    name: `small at ${server.baseUrl.replace('http://', '')}`,
    identities: [],
    endpoints: [
      {
        endpoint: server.baseUrl,
        askedModel: 'small',
        saidModel: 'small-2026-01-01',
        fingerprint: 'fp_stand_in',
        server: 'stand-in',
        notSent: ['repeatPenalty'],
      },
    ],
  });
  expect(report.disagreements).toEqual([]);
  expect(report.warnings.join('\n')).toMatch(
    /System A: the endpoint was not told repetition penalty, for which its API has no name/,
  );
  expect(report.methods).toContain('the model “large” of the endpoint');
  for (const format of ['markdown', 'html'] as const)
    expect((await core.client.evaluations.report({ id: evaluationId, format })).text).toContain(
      'small',
    );

  // Asked again: all of it is there, and the endpoint hears nothing.
  const again = await core.client.evaluations.create({
    name: 'again',
    promptSetId: set.id,
    a: { endpoint: { baseUrl: server.baseUrl, model: 'small' } },
    b: { endpoint: { baseUrl: server.baseUrl, model: 'large' } },
    sampling,
  });
  expect(await core.job(again.jobId)).toMatchObject({ state: 'succeeded' });
  expect(server.heard).toHaveLength(18);
});

test('the key is sent, and stands in no file but the settings that only the person can read', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const set = await allowed(core, server, ['one']);
  server.acts.set('one', (response) => sendError(response, 403, { message: `no ${key} here` }));
  const { jobId } = await compare(core, server, set.id);
  expect(await core.job(jobId)).toMatchObject({
    state: 'paused',
    error: { code: 'ENDPOINT_FAILED', message: expect.stringMatching(/answered 403: no ••• here/) },
  });
  expect(server.heard[0]?.headers.authorization).toBe(`Bearer ${key}`);
  expect(await core.client.network.status()).toMatchObject({ endpoints: [{ hasKey: true }] });
  await core.client.project.close({ stopJobs: true });
  expect(written(core.folder)).not.toContain(key);
  const settings = join(core.folder, 'user', 'network.json');
  expect(readFileSync(settings, 'utf8')).toContain(key);
  expect(statSync(settings).mode & 0o777).toBe(0o600);
});

test('nothing is sent before network is on for the project on this machine, to loopback neither', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const set = await allowed(core, server, ['one']);
  const { network } = core.client;
  const { baseUrl } = server;
  await network.setEnabled({ isEnabled: false });
  expect(await refusalOf(compare(core, server, set.id))).toMatchObject({ code: 'NETWORK_OFF' });
  expect(await refusalOf(network.models({ baseUrl }))).toMatchObject({ code: 'NETWORK_OFF' });
  expect(await refusalOf(network.test({ baseUrl, model: 'm' }))).toMatchObject({
    code: 'NETWORK_OFF',
  });
  await network.setEnabled({ isEnabled: true });
  await network.forget({ baseUrl });
  expect(await refusalOf(compare(core, server, set.id))).toMatchObject({
    code: 'NETWORK_OFF',
    message: expect.stringMatching(/which nobody on this machine added to it/),
  });
  await network.allow({ baseUrl });
  await compare(core, server, set.id);
  await core.client.project.close({ stopJobs: true });
  const heard = server.heard.length;

  // The same file where another person opens it: the file alone allows nothing.
  await using other = await TestCore.start({ project: 'none' });
  await other.client.project.open({ path: core.projectPath });
  expect(await other.client.network.status()).toMatchObject({ isEnabled: false, endpoints: [] });
  expect(await refusalOf(other.client.network.models({ baseUrl }))).toMatchObject({
    code: 'NETWORK_OFF',
  });
  expect(server.heard).toHaveLength(heard);
});

test('what a command allows ends with it', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const { baseUrl } = server;
  await core.client.network.allow({ baseUrl });
  const input = { isEnabled: true, untilClosed: true };
  expect(await core.client.network.setEnabled(input)).toMatchObject({ isUntilClosed: true });
  expect(await core.client.network.models({ baseUrl })).toEqual({ models: ['smol', 'large'] });
  await core.client.project.close();
  await core.client.project.open({ path: core.projectPath });
  expect(await refusalOf(core.client.network.models({ baseUrl }))).toMatchObject({
    code: 'NETWORK_OFF',
  });
});

test('an endpoint that fails pauses the job, which goes on without asking anything twice', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const prompts = Array.from({ length: 20 }, (_, n) => `Prompt ${n}.`);
  const set = await allowed(core, server, prompts);
  let isBroken = true;
  server.acts.set('Prompt 9.', (response) =>
    isBroken ? sendError(response, 404, { message: 'no such model' }) : false,
  );
  const { evaluationId, jobId } = await compare(core, server, set.id);
  const paused = await core.job(jobId);
  expect(paused).toMatchObject({ state: 'paused', error: { code: 'ENDPOINT_FAILED' } });
  isBroken = false;
  const refused = server.heard.length;
  expect(refused).toBeLessThan(40);
  await core.client.jobs.resume({ id: jobId });
  await core.job(jobId, ({ state }) => state === 'succeeded');
  expect(await core.client.evaluations.get({ id: evaluationId })).toMatchObject({ readyPairs: 20 });
  const times = Map.groupBy(
    server.heard,
    ({ body }) => `${body?.model} ${body?.messages[0]?.content}`,
  );
  expect(times.size).toBe(40);
  const twice = [...times].filter(([, { length }]) => length > 1).map(([asked]) => asked);
  for (const asked of twice) expect(asked).toMatch(/Prompt 9\.$/);
  const { total, requests } = await core.client.network.log({ limit: 1000 });
  expect(total).toBe(server.heard.length);
  expect(requests.every(({ origin }) => server.baseUrl.startsWith(origin))).toBe(true);
});

test('a prompt that alone is refused fails alone, in words that tell nobody who was asked', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const set = await allowed(core, server, ['long', 'filtered', 'odd', 'good', 'fine']);
  const refuse = (word: string, error: { message: string; code?: string }) =>
    server.acts.set(word, (response, { body }) =>
      body?.model === 'small' ? sendError(response, 400, error) : false,
    );
  refuse('long', { message: 'maximum context length is 5', code: 'context_length_exceeded' });
  refuse('filtered', { message: 'flagged', code: 'content_filter' });
  refuse('odd', { message: 'roles must alternate' });
  const { evaluationId, jobId } = await compare(core, server, set.id);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const summary = await core.client.evaluations.get({ id: evaluationId });
  expect(summary).toMatchObject({ readyPairs: 2, failed: 3 });
  expect(summary.failures).toEqual([
    { ordinal: 0, system: null, reason: 'The prompt does not fit into the context.' },
    { ordinal: 1, system: null, reason: 'A content filter refused the prompt.' },
    { ordinal: 2, system: null, reason: 'The prompt was refused.' },
  ]);
});

test('an endpoint that refuses whatever it is asked stops after a few, and stores no failure', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const set = await allowed(
    core,
    server,
    Array.from({ length: 40 }, (_, n) => `p${n}`),
  );
  server.acts.set('', (response) => sendError(response, 400, { message: 'bad request' }));
  const { evaluationId, jobId } = await compare(core, server, set.id);
  expect(await core.job(jobId)).toMatchObject({ state: 'paused' });
  expect(server.heard.length).toBeLessThan(20);
  expect(await core.client.evaluations.get({ id: evaluationId })).toMatchObject({ failed: 0 });
});

test('a parameter that a model does not take is left out or called otherwise, and that is told', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  await allowed(core, server, ['one']);
  server.acts.set('', (response, { body }) => {
    const param = ['max_tokens', 'temperature'].find((name) => body && name in body);
    const code = 'unsupported_parameter';
    return param !== undefined && sendError(response, 400, { message: 'no', code, param });
  });
  const system = { endpoint: { baseUrl: server.baseUrl, model: 'new' } };
  const items = [{ key: 'k', messages: [{ role: 'user' as const, content: 'hi' }] }];
  for await (const event of await core.client.network.answers({ system, items, sampling }))
    expect(event).toMatchObject({
      answer: {
        output: 'new says hi',
        identity: {
          sampling: { topP: 0.9, maxTokens: 64 },
          notSent: ['temperature', 'repeatPenalty'],
        },
      },
    });
  expect(server.heard.at(-1)?.body).toMatchObject({ max_completion_tokens: 64 });
});

test('turning network off stops what is under way', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const set = await allowed(core, server, ['one', 'two']);
  server.acts.set('', () => true);
  const { jobId } = await compare(core, server, set.id);
  await expect.poll(() => server.heard.length).toBeGreaterThan(0);
  await core.client.network.setEnabled({ isEnabled: false });
  expect(await core.job(jobId)).toMatchObject({ state: 'paused', error: { code: 'NETWORK_OFF' } });
});

test('a base URL with credentials, or none at all, is refused before anything is stored', async () => {
  await using core = await TestCore.start();
  for (const baseUrl of [
    'http://me:secret@127.0.0.1/v1',
    'ftp://127.0.0.1',
    'v1',
    'http://h/v1?k=1',
  ])
    expect(await refusalOf(core.client.network.allow({ baseUrl }))).toMatchObject({
      code: 'INVALID_INPUT',
    });
  expect(await core.client.network.status()).toMatchObject({ endpoints: [] });
});
