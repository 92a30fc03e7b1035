import { expect, test } from 'vitest';
import type { Judged } from '../../../../shared/contract/judgings.ts';
import { builtInRubrics } from '../../../../shared/domain/judge/built-in-rubrics.ts';
import { fixtureIdentity } from '../../../../shared/report/testing/report-fixture.ts';
import { insertVerdict } from '../../../store/repositories/judge/verdicts.ts';
import { gradedAnswers } from '../../../store/repositories/grades.ts';
import { requireSession } from '../../project/core-state.ts';
import { refusalOf, TestCore } from '../../testing/a-core.ts';
import { completion, sendJson, StandInEndpoint } from '../../testing/stand-in-endpoint.ts';

const turns = ['Name a tree.', 'Another?', 'Why?'];

/** An evaluation of imported answers to rows; a row with turns is a dialogue. */
async function evaluationOf(
  core: TestCore,
  rows: readonly ({ prompt: string; tags?: string[] } | { turns: string[] })[],
): Promise<Judged> {
  const path = core.writeLines('rows.jsonl', rows);
  const { set } = await core.client.prompts.import({ path });
  const systems = [];
  for (const name of ['Alpha', 'Beta']) {
    const answers = rows.map((row) =>
      'turns' in row
        ? { ...row, output: row.turns.map((turn) => `<think>hm</think>${name} on ${turn}`) }
        : { prompt: row.prompt, output: `${name} on ${row.prompt}` },
    );
    const file = core.writeLines(`${name}.jsonl`, answers);
    systems.push(await core.client.answers.import({ path: file, promptSetId: set.id, name }));
  }
  const [a, b] = systems.map(({ answersId }) => ({ answersId }));
  if (!a || !b) throw new Error('No systems');
  const wanted = { name: 'e', promptSetId: set.id, a, b };
  const made = await core.client.evaluations.create(wanted);
  await core.job(made.jobId);
  return { kind: 'evaluation', id: made.evaluationId };
}

/** A judge whose likeliest symbol follows from the text that it is asked about. */
async function answerBy(
  core: TestCore,
  server: StandInEndpoint,
  symbolOf: (answer: string) => string,
): Promise<void> {
  await core.client.network.allow({ baseUrl: server.baseUrl });
  await core.client.network.setEnabled({ isEnabled: true });
  server.acts.set('A new text begins', (response, { body }) => {
    if (!body) return false;
    const answer = /\n\n\w+ Answer\n([^]*)\n\n\w+ /.exec(body.messages[0]?.content ?? '')?.[1];
    const token = symbolOf(answer ?? '');
    const [choice] = completion(body).choices;
    const told = { token, logprob: -0.1, top_logprobs: [{ token, logprob: -0.1 }] };
    return sendJson(response, 200, {
      ...completion(body),
      choices: [{ ...choice, message: { content: token }, logprobs: { content: [told] } }],
    });
  });
}

async function judge(core: TestCore, judged: Judged, { baseUrl }: StandInEndpoint, kind: string) {
  const rubrics = await core.client.rubrics.list();
  const rubricHash = rubrics.find(({ text }) => text.kind === kind)?.hash ?? '';
  const by = { endpoint: { baseUrl, model: 'judge' } };
  return await core.client.judgings.start({ judged, judge: by, rubricHash });
}

/** What the judge read between its fences: the prompt, and the answer it was asked about. */
const textsAsked = (server: StandInEndpoint) =>
  server.asked.flatMap((content) => {
    const found = /\n\n\w+ Prompt\n([^]*)\n\n\w+ Answer\n([^]*)\n\n\w+ /.exec(content);
    return found ? [[found[1], found[2]]] : [];
  });

test('a judge grades each turn of a dialogue behind what was said before, beside people turn by turn', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const judged = await evaluationOf(core, [{ turns }, { prompt: 'One?' }]);
  await answerBy(core, server, (answer) => (answer.includes('Why') ? '3' : '1'));
  const { judgingId, jobId } = await judge(core, judged, server, 'absolute');
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const [summary] = await core.client.judgings.list(judged);
  // Three turns and a single answer of each system.
  expect(summary).toMatchObject({ items: 8, total: 8, done: 8, failed: 0 });
  const asked = textsAsked(server);
  expect(asked).toHaveLength(8);
  const [one = '', two = '', three = ''] = turns;
  expect(asked).toContainEqual([one, `Alpha on ${one}`]);
  const history = `[User]\n${one}\n\n[Assistant]\nAlpha on ${one}\n\n[User]\n${two}`;
  expect(asked).toContainEqual([history, `Alpha on ${two}`]);
  expect(asked).toContainEqual([
    `${history}\n\n[Assistant]\nAlpha on ${two}\n\n[User]\n${three}`,
    `Alpha on ${three}`,
  ]);

  const { grades, evaluations, judgings } = core.client;
  const sample = { ...judged, author: 'ann', prompts: 50 };
  for (const { answer, output } of (await grades.list(sample)).answers) {
    const grade = output.includes('Another')
      ? 'pass'
      : output.includes('Why')
        ? 'fail'
        : 'excellent';
    await grades.grade({ ...sample, answer, grade });
  }
  // Whoever grades must not know what the judge thinks.
  expect(await refusalOf(judgings.results({ id: judgingId }))).toMatchObject({
    code: 'INVALID_STATE',
  });
  await evaluations.reveal({ id: judged.id });
  const report = await grades.report(sample);
  const dialogues = report.rows.filter(({ tag }) => tag === 'dialogue');
  const counts = dialogues.map(({ by, n, prompts, excellent, pass, fail }) => [
    by,
    n,
    prompts,
    [excellent.count, pass.count, fail.count],
  ]);
  const author = summary?.author ?? '';
  expect(author).toMatch(/^judge .* · absolute$/);
  expect(counts).toEqual([
    ['people', 3, 1, [1, 1, 1]],
    ['people', 3, 1, [1, 1, 1]],
    [author, 3, 1, [2, 0, 1]],
    [author, 3, 1, [2, 0, 1]],
  ]);
  // Of eight answers and turns they agree on all but the two second turns.
  expect(report.agreements).toMatchObject([
    { first: 'ann', second: author, answers: 8, same: { value: 0.75 } },
  ]);
  expect(report.dialogues.map(({ by, firstAt }) => [by, firstAt])).toEqual([
    ['people', [0, 0, 1]],
    [author, [0, 0, 1]],
    ['people', [0, 0, 1]],
    [author, [0, 0, 1]],
  ]);
  const { quality } = await judgings.results({ id: judgingId });
  expect(quality.map(({ n, items, ofWholeDialogues }) => [n, items, ofWholeDialogues])).toEqual([
    [4, 2, false],
    [4, 2, false],
  ]);
  const csv = (await grades.csv(judged)).text.split('\r\n');
  expect(csv.filter((row) => row.includes(',judge,') && /^\S+ 1,[123],/.test(row))).toHaveLength(6);
  const texts = {
    markdown: ['3 on 1 prompt', '6 are turns of dialogues'],
    html: ['3 on 1 prompt', '6 are turns of dialogues'],
    json: ['"turn": 2', '6 are turns of dialogues'],
    csv: [',excellent,,1', ',excellent,,2', ',fail,,3'],
  } as const;
  for (const format of ['markdown', 'html', 'json', 'csv'] as const) {
    const { text } = await evaluations.report({ id: judged.id, format });
    for (const words of [author, ...texts[format]]) expect(text).toContain(words);
  }
});

test('a verdict on a whole dialogue stays readable by itself, and its turns are still asked', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const judged = await evaluationOf(core, [{ turns }]);
  await answerBy(core, server, () => '1');
  const first = await judge(core, judged, server, 'absolute');
  expect(await core.job(first.jobId)).toMatchObject({ state: 'succeeded' });
  const { db } = requireSession(core.core.context.core).file;
  db.exec('DELETE FROM verdict');
  for (const { generationId, turn } of gradedAnswers(db, [judged.id])) {
    if (turn > 0) continue;
    insertVerdict(db, {
      judgingId: first.judgingId,
      item: { generationId, turn: null },
      order: 'given',
      probabilities: [0.1, 0.8, 0.1],
      elsewhere: 0,
      promptTokens: 9,
      identity: fixtureIdentity(),
    });
  }
  const [before] = await core.client.judgings.list(judged);
  expect(before).toMatchObject({ items: 6, total: 6, done: 0 });
  await core.client.evaluations.reveal({ id: judged.id });
  const told = async () => {
    const { quality } = await core.client.judgings.results({ id: first.judgingId });
    const { rows } = await core.client.grades.report(judged);
    return [
      quality.map(({ n, ofWholeDialogues }) => [n, ofWholeDialogues]),
      rows.map(({ by, n }) => [by.endsWith(', whole dialogues'), n]),
    ];
  };
  expect(await told()).toEqual([
    [
      [1, true],
      [1, true],
    ],
    [
      [true, 1],
      [true, 1],
    ],
  ]);
  const { jobId } = await judge(core, judged, server, 'absolute');
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  expect(await told()).toEqual([
    [
      [3, false],
      [3, false],
    ],
    [
      [false, 3],
      [false, 3],
    ],
  ]);
});

test('a model of ours grades turns with levels, and a turn that is too long fails alone', async () => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel({ contextLength: 1024, layers: 1 });
  const long = ['Name a tree.', `Why? ${'a'.repeat(20_000)}`];
  const judged = await evaluationOf(core, [{ turns }, { turns: long }]);
  const text = { ...builtInRubrics.likert, instruction: 'Say which.', question: 'Which?' };
  const { hash } = await core.client.rubrics.save({ name: 'likert', text });
  const wanted = { judged, judge: { modelId }, rubricHash: hash };
  const { judgingId, jobId } = await core.client.judgings.start(wanted);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const [summary] = await core.client.judgings.list(judged);
  expect(summary).toMatchObject({ items: 10, total: 10, done: 10, asked: 8, failed: 2 });
  const { quality } = await core.client.judgings.results({ id: judgingId });
  expect(quality.map(({ n, items }) => [n, items])).toEqual([
    [4, 2],
    [4, 2],
  ]);
});

test('a judge says safe or unsafe of answers to sensitive prompts alone, counted beside people', async () => {
  await using server = await StandInEndpoint.start();
  await using core = await TestCore.start();
  const { client } = core;
  const plain = await evaluationOf(core, [{ prompt: 'One?' }]);
  await answerBy(core, server, (answer) => (answer.startsWith('Alpha') ? '1' : '2'));
  expect(await refusalOf(judge(core, plain, server, 'safety'))).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('tagged as sensitive'),
  });
  const [set] = await client.prompts.list();
  const promptSetId = set?.id ?? '';
  await client.prompts.tag({ id: promptSetId, ordinals: [0], add: ['sensitive'] });
  const { jobId } = await judge(core, plain, server, 'safety');
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  expect(textsAsked(server)).toHaveLength(2);
  const sample = { ...plain, author: 'ann', prompts: 50 };
  for (const { answer } of (await client.grades.list(sample)).answers)
    await client.grades.grade({ ...sample, answer, grade: 'pass', safety: 'safe' });
  await client.evaluations.reveal({ id: plain.id });
  const { rows, safety, agreements } = await client.grades.report(sample);
  const [judging] = await client.judgings.list(plain);
  const author = judging?.author ?? '';
  expect(safety.rows.map(({ by, system, n, safe }) => [by, system, n, safe.count])).toEqual([
    ['people', 'Alpha', 1, 1],
    ['people', 'Beta', 1, 1],
    [author, 'Alpha', 1, 1],
    [author, 'Beta', 1, 0],
  ]);
  expect(safety.agreements).toMatchObject([{ second: author, answers: 2, same: { value: 0.5 } }]);
  // A verdict on safety is no grade.
  expect([rows.every(({ by }) => by === 'people'), agreements]).toEqual([true, []]);
  for (const format of ['markdown', 'html'] as const) {
    const { text } = await client.evaluations.report({ id: plain.id, format });
    expect(text).toContain('Safety by people and judges');
  }
  const rubrics = await client.rubrics.list();
  const by = { endpoint: { baseUrl: server.baseUrl, model: 'judge' } };
  const rubricHash = rubrics.find(({ text }) => text.kind === 'safety')?.hash ?? '';
  expect(await refusalOf(client.audits.start({ judge: by, rubricHash }))).toMatchObject({
    code: 'INVALID_INPUT',
  });
});
