import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { all } from '../../store/database.ts';
import { requireSession } from '../project/core-state.ts';
import { TestCore } from '../testing/a-core.ts';
import { completion, sendError, sendJson, StandInEndpoint } from '../testing/stand-in-endpoint.ts';

/** An evaluation of two models of the endpoint, answered, that a judge can look at. */
async function answered(core: TestCore, { baseUrl }: StandInEndpoint, prompts: number) {
  const path = core.path('prompts.txt');
  writeFileSync(path, Array.from({ length: prompts }, (_, n) => `Prompt ${n}\n`).join(''));
  const { set } = await core.client.prompts.import({ path });
  await core.client.network.allow({ baseUrl });
  await core.client.network.setEnabled({ isEnabled: true });
  const { evaluationId, jobId } = await core.client.evaluations.create({
    name: 'e',
    promptSetId: set.id,
    a: { endpoint: { baseUrl, model: 'small' } },
    b: { endpoint: { baseUrl, model: 'large' } },
  });
  await core.job(jobId);
  return evaluationId;
}

/** A judge that likes what `large` says with these chances, wherever it stands. */
function judgeLargest(server: StandInEndpoint, share: number, tellsTokens = true): void {
  server.acts.set('Which answer', (response, { body }, times) => {
    if (!body) return false;
    const content = body.messages[0]?.content ?? '';
    const [best, other] =
      content.indexOf('large says') < content.indexOf('small says') ? '12' : '21';
    const token = times % 10 < share * 10 ? best : other;
    const chances = [
      { token: best, logprob: Math.log(0.8 * share) },
      { token: ` ${other}`, logprob: Math.log(0.8 * (1 - share)) },
      { token: 'The', logprob: Math.log(0.2) },
    ];
    const [choice] = completion(body).choices;
    const logprobs = { content: [{ token, logprob: 0, top_logprobs: chances }] };
    return sendJson(response, 200, {
      ...completion(body),
      choices: [
        { ...choice, message: { content: token }, logprobs: tellsTokens ? logprobs : null },
      ],
    });
  });
}

async function judge(core: TestCore, { baseUrl }: StandInEndpoint, evaluationId: string) {
  const rubrics = await core.client.rubrics.list();
  const rubricHash = rubrics.find(({ text }) => text.kind === 'pairwise')?.hash ?? '';
  return await core.client.judgings.start({
    judged: { kind: 'evaluation', id: evaluationId },
    judge: { endpoint: { baseUrl, model: 'judge' } },
    rubricHash,
  });
}

const verdictRow = z.object({
  shown: z.string(),
  probabilities: z.string(),
  elsewhere: z.number(),
  identity: z.string(),
});

const verdictsOf = (core: TestCore) =>
  all(
    requireSession(core.core.context.core).file.db,
    verdictRow,
    `SELECT shown_order AS shown, probabilities_json AS probabilities, elsewhere,
       identity_json AS identity FROM verdict WHERE failure IS NULL ORDER BY sequence`,
  );

const asksForVerdicts = (server: StandInEndpoint) =>
  server.heard.filter(({ body }) => body?.model === 'judge');

test('an endpoint judges by the probabilities of the symbols, in both orders, and mass elsewhere is kept', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const evaluationId = await answered(core, server, 6);
  judgeLargest(server, 0.75);
  const { jobId, judgingId } = await judge(core, server, evaluationId);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const verdicts = verdictsOf(core);
  expect(verdicts.map(({ shown }) => shown).toSorted()).toEqual([
    ...Array.from({ length: 6 }, () => 'given'),
    ...Array.from({ length: 6 }, () => 'swapped'),
  ]);
  for (const { shown, probabilities, elsewhere, identity } of verdicts) {
    // B, the large one, stands second where the order is the given one.
    const [first = 0, second = 0, neither] = JSON.parse(probabilities);
    expect(shown === 'given' ? second : first).toBeCloseTo(0.75, 9);
    expect(neither).toBe(0);
    expect(elsewhere).toBeCloseTo(0.2, 9);
    expect(JSON.parse(identity)).toMatchObject({
      endpoint: server.baseUrl,
      askedModel: 'judge',
      saidModel: 'judge-2026-01-01',
      verdictFrom: 'logprobs',
      verdictOf: 20,
    });
  }
  expect(asksForVerdicts(server)).toHaveLength(12);
  const [asked] = asksForVerdicts(server);
  const { nonce = '' } =
    (await core.client.judgings.list({ kind: 'evaluation', id: evaluationId })).find(
      ({ id }) => id === judgingId,
    ) ?? {};
  expect(nonce).not.toBe('');
  expect(asked?.body?.messages[0]?.content.split(nonce)).toHaveLength(6);
  expect(asked?.body).toMatchObject({ logprobs: true, top_logprobs: 20, max_tokens: 1 });
  await core.client.evaluations.reveal({ id: evaluationId });
  const { pairs } = await core.client.judgings.results({ id: judgingId });
  expect(pairs[0]).toMatchObject({ asked: 6, flips: 0 });
});

test('an audit by an endpoint asks once more under another nonce', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  await answered(core, server, 1);
  judgeLargest(server, 0.7);
  const rubrics = await core.client.rubrics.list();
  const { jobId } = await core.client.audits.start({
    judge: { endpoint: { baseUrl: server.baseUrl, model: 'judge' } },
    rubricHash: rubrics.find(({ text }) => text.kind === 'pairwise')?.hash ?? '',
  });
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const fences = asksForVerdicts(server).map(
    ({ body }) => /each line that starts with (\w+)\./.exec(body?.messages[0]?.content ?? '')?.[1],
  );
  const asked = [...Map.groupBy(fences, (fence) => fence).values()];
  expect(asked.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([32, 244]);
});

test('without probabilities of tokens twenty samples stand for them', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const evaluationId = await answered(core, server, 1);
  judgeLargest(server, 0.7, false);
  const { jobId } = await judge(core, server, evaluationId);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  for (const { shown, probabilities, identity } of verdictsOf(core)) {
    const [first = 0, second = 0] = JSON.parse(probabilities);
    expect(shown === 'given' ? second : first).toBeGreaterThan(0.6);
    expect(JSON.parse(identity)).toMatchObject({ verdictFrom: 'samples', verdictOf: 20 });
  }
  const seeds = asksForVerdicts(server).flatMap(({ body }) =>
    body?.['logprobs'] === undefined ? [Number(body?.['seed'])] : [],
  );
  const twenty = [...Array(20).keys()];
  expect(seeds.toSorted((a, b) => a - b)).toEqual(twenty.flatMap((seed) => [seed, seed]));
});

test('a judge that fails pauses the job; resumed, it is asked for what lacks alone', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const evaluationId = await answered(core, server, 12);
  judgeLargest(server, 0.75);
  const { acts } = server;
  const judging = acts.get('Which answer');
  acts.delete('Which answer');
  let left = 10;
  acts.set('Which answer', (response, heard, times) => {
    left -= 1;
    if (left >= 0) return judging?.(response, heard, times) ?? false;
    return sendError(response, 401, { message: 'no credit' });
  });
  const { jobId } = await judge(core, server, evaluationId);
  expect(await core.job(jobId)).toMatchObject({
    state: 'paused',
    error: { code: 'ENDPOINT_FAILED', message: expect.stringContaining('401: no credit') },
  });
  expect(verdictsOf(core)).toHaveLength(10);
  left = 1000;
  await core.client.jobs.resume({ id: jobId });
  await core.job(jobId, ({ state }) => state === 'succeeded');
  expect(verdictsOf(core)).toHaveLength(24);
  const refused = asksForVerdicts(server).length - 24;
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(8);
});

test('a prompt that holds the judge’s symbols nowhere, or is too long for it, fails alone', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const evaluationId = await answered(core, server, 3);
  judgeLargest(server, 0.75);
  const usual = server.acts.get('Which answer');
  server.acts.delete('Which answer');
  server.acts.set('Prompt 1', (response, { body }) =>
    body?.model === 'judge'
      ? sendError(response, 400, { message: 'context length exceeded' })
      : false,
  );
  server.acts.set('Prompt 2', (response, { body }) => {
    if (body?.model !== 'judge') return false;
    const top_logprobs = [{ token: '<think>', logprob: 0 }];
    const logprobs = { content: [{ token: '<think>', logprob: 0, top_logprobs }] };
    const [choice] = completion(body).choices;
    return sendJson(response, 200, { ...completion(body), choices: [{ ...choice, logprobs }] });
  });
  if (usual) server.acts.set('Which answer', usual);
  const { jobId } = await judge(core, server, evaluationId);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const [summary] = await core.client.judgings.list({ kind: 'evaluation', id: evaluationId });
  expect(summary?.failures.toSorted()).toEqual([
    'The judge’s likeliest words hold none of the symbols of the rubric.',
    'The prompt does not fit into the context.',
  ]);
  expect(verdictsOf(core)).toHaveLength(2);
});
