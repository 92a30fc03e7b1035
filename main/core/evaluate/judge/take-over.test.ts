import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Judged } from '../../../../shared/contract/judgings.ts';
import { builtInRubrics } from '../../../../shared/domain/judge/built-in-rubrics.ts';
import { evaluationReportSchema } from '../../../../shared/domain/report/evaluation-report.ts';
import { all } from '../../../store/database.ts';
import { requireSession } from '../../project/core-state.ts';
import { TestCore } from '../../testing/a-core.ts';
import { StandInEndpoint } from '../../testing/stand-in-endpoint.ts';

let core: TestCore;
let modelId: string;
let promptSetId: string;
const hashes: Record<string, string> = {};
const kinds = ['pairwise', 'likert'] as const;
const prompts = Array.from({ length: 8 }, (_, n) => `Prompt ${n}?`);

beforeAll(async () => {
  core = await TestCore.start();
  ({ modelId } = await core.addModel({ contextLength: 1024, layers: 1 }));
  for (const name of kinds) {
    const text = { ...builtInRubrics[name], instruction: 'Say which.', question: 'Which?' };
    hashes[name] = (await core.client.rubrics.save({ name, text })).hash;
  }
  const path = core.writeLines(
    'set.jsonl',
    prompts.map((prompt) => ({ prompt })),
  );
  promptSetId = (await core.client.prompts.import({ path })).set.id;
});
afterAll(() => core[Symbol.asyncDispose]());

async function answersOf(name: string, outputOf: (n: number) => string): Promise<string> {
  const rows = prompts.map((prompt, n) => ({ prompt, output: outputOf(n) }));
  const path = core.writeLines(`${name}.jsonl`, rows);
  return (await core.client.answers.import({ path, promptSetId, name })).answersId;
}

async function compare(name: string, a: string, b: string): Promise<Judged> {
  const systems = { a: { answersId: a }, b: { answersId: b } };
  const made = await core.client.evaluations.create({ name, promptSetId, ...systems });
  await core.job(made.jobId);
  return { kind: 'evaluation', id: made.evaluationId };
}

async function judge(judged: Judged, kind: (typeof kinds)[number], isFresh = false) {
  const wanted = { judged, judge: { modelId }, rubricHash: hashes[kind] ?? '', isFresh };
  const { jobId, judgingId } = await core.client.judgings.start(wanted);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const summary = (await core.client.judgings.list(judged)).find(({ id }) => id === judgingId);
  if (!summary) throw new Error('It is in no list');
  return summary;
}

const verdictRow = z.object({
  id: z.string(),
  prompt: z.number(),
  shown: z.string(),
  probabilities: z.string(),
  originId: z.string().nullable(),
  originNonce: z.string().nullable(),
});

/** Verdicts of a judging on pairs as they are stored: what has no origin, an engine gave. */
const verdictsOf = (judgingId: string) =>
  all(
    requireSession(core.core.context.core).file.db,
    verdictRow,
    `SELECT v.id, p.ordinal AS prompt, v.shown_order AS shown, v.probabilities_json AS probabilities,
       v.origin_id AS originId, v.origin_nonce AS originNonce
     FROM verdict v JOIN comparison c ON c.id = v.comparison_id JOIN prompt p ON p.id = c.prompt_id
     WHERE v.judging_id = @judgingId ORDER BY v.sequence, v.id`,
    { judgingId },
  );

test('a judge is asked about changed answers alone, and takes over what it said of the others', async () => {
  const base = await answersOf('base', (n) => `The base says ${n}.`);
  const first = await answersOf('first', (n) => `Trained once: ${n}.`);
  // Trained anew, three answers differ.
  const second = await answersOf('second', (n) => `Trained ${n < 3 ? 'twice' : 'once'}: ${n}.`);
  const before = await judge(await compare('before', first, base), 'pairwise');
  expect(before).toMatchObject({ total: 16, done: 16, asked: 16, takenOver: 0 });

  // The other way round: what stood first is shown second.
  const after = await compare('after', base, second);
  const summary = await judge(after, 'pairwise');
  expect(summary).toMatchObject({ total: 16, done: 16, asked: 6, takenOver: 10 });
  const told = verdictsOf(summary.id);
  const asked = told.filter(({ originId }) => originId === null);
  expect(asked.map(({ prompt }) => prompt).toSorted((p, q) => p - q)).toEqual([0, 0, 1, 1, 2, 2]);
  const earlier = new Map(verdictsOf(before.id).map((one) => [one.id, one]));
  for (const { prompt, shown, probabilities, originId, originNonce } of told) {
    if (originId === null) continue;
    const origin = earlier.get(originId);
    expect(origin).toMatchObject({ prompt, probabilities });
    expect(new Set([origin?.shown, shown])).toEqual(new Set(['given', 'swapped']));
    expect(originNonce).toBe(before.nonce);
  }
  // Asked again nothing lacks, and nothing is taken over twice.
  expect(await judge(after, 'pairwise')).toMatchObject({ asked: 6, takenOver: 10 });
  expect(verdictsOf(summary.id)).toHaveLength(16);

  // What was taken over is passed on under the name of the verdict that the judge gave.
  const third = await judge(await compare('third', second, base), 'pairwise');
  expect(third).toMatchObject({ asked: 0, takenOver: 16 });
  const given = new Set([...earlier.keys(), ...asked.map(({ id }) => id)]);
  for (const { originId } of verdictsOf(third.id)) expect(given.has(originId ?? '')).toBe(true);
});

test('a report tells what was taken over with both nonces, and asked anew nothing is', async () => {
  const { evaluations, judgings } = core.client;
  const after = (await evaluations.list()).find(({ name }) => name === 'after');
  const judged: Judged = { kind: 'evaluation', id: after?.id ?? '' };
  await evaluations.reveal({ id: judged.id });
  const [judging] = await judgings.list(judged);
  const { id = '', nonce = '' } = judging ?? {};
  const before = await judgings.results({ id });
  const report = async () => {
    const { text } = await evaluations.report({ id: judged.id, format: 'json' });
    const { judges, methods } = evaluationReportSchema.parse(JSON.parse(text));
    const [told] = judges;
    return { methods, nonces: told?.nonces ?? [], takenOver: told?.takenOver };
  };
  const { nonces, ...told } = await report();
  expect(told).toMatchObject({ takenOver: 10 });
  expect(told.methods).toContain('10 verdicts of it are taken over from earlier judgings');
  // That of this judging, and that of the earlier one.
  expect(nonces).toHaveLength(2);
  expect(nonces).toContain(nonce);

  expect(await judge(judged, 'pairwise', true)).toMatchObject({ id, asked: 16, takenOver: 0 });
  expect(await judgings.results({ id })).toMatchObject({
    pairs: [{ n: 8, asked: 8, promptSet: before.pairs[0]?.promptSet }],
  });
  const anew = await report();
  expect(anew).toMatchObject({ nonces: [nonce], takenOver: 0 });
  expect(anew.methods).not.toContain('taken over');
});

test('of single answers those with the same words are taken over', async () => {
  const { evaluations } = core.client;
  const list = await evaluations.list();
  const judgedOf = (name: string): Judged => ({
    kind: 'evaluation',
    id: list.find((one) => one.name === name)?.id ?? '',
  });
  expect(await judge(judgedOf('before'), 'likert')).toMatchObject({ asked: 16 });
  // The answers of the base are the very same ones, and five of the other system have the same words.
  expect(await judge(judgedOf('after'), 'likert')).toMatchObject({
    total: 16,
    asked: 3,
    takenOver: 13,
  });
});

test('an endpoint is sent one request for each order of a changed pair, and none for the others', async () => {
  await using server = await StandInEndpoint.start();
  const { client } = core;
  await client.network.allow({ baseUrl: server.baseUrl });
  await client.network.setEnabled({ isEnabled: true });
  const [plain, old] = [
    await answersOf('plain', (n) => `Plain ${n}.`),
    await answersOf('old', (n) => `Old ${n}.`),
  ];
  const newer = await answersOf('newer', (n) => `${n === 4 ? 'New' : 'Old'} ${n}.`);
  const by = { endpoint: { baseUrl: server.baseUrl, model: 'judge' } };
  for (const [name, a, b, requests] of [
    ['early', plain, old, 16],
    ['late', newer, plain, 18],
  ] as const) {
    const judged = await compare(name, a, b);
    const wanted = { judged, judge: by, rubricHash: hashes['pairwise'] ?? '' };
    const { jobId } = await client.judgings.start(wanted);
    expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
    expect(server.heard).toHaveLength(requests);
  }
});
