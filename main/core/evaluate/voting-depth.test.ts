import { isContractProcedure } from '@orpc/contract';
import { expect, test } from 'vitest';
import { contract } from '../../../shared/contract/contract.ts';
import type { ProcedureMeta } from '../../../shared/contract/errors.ts';
import { evaluationReportSchema } from '../../../shared/domain/report/evaluation-report.ts';
import { studyReportSchema } from '../../../shared/domain/study/study-report.ts';
import { resultOf } from '../../../shared/contract/job-kinds.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';
import { importedStudy } from '../testing/an-imported-study.ts';

const outputs = (name: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${name} ${at}`);

/** Votes on all that waits for somebody of a study, each time the same; returns how many votes. */
async function voteAll(core: TestCore, id: string, author: string, verdict: 'left' | 'both-bad') {
  const { studies } = core.client;
  let votes = 0;
  for (let pair = await studies.comparison({ id, author }); pair; votes += 1) {
    await studies.vote({ comparisonId: pair.comparisonId, verdict, author, tags: ['wrong'] });
    pair = await studies.comparison({ id, author });
  }
  return votes;
}

test('“both bad” is refused where it is not offered, and is a tie that a report tells apart where it is', async () => {
  await using core = await TestCore.start();
  const systems = { one: outputs('x', 3), two: outputs('y', 3) };
  const { studyId, promptSetId, answersIds } = await importedStudy(core, { systems });
  const pair = await core.client.studies.comparison({ id: studyId });
  const cast = { comparisonId: pair?.comparisonId ?? '', verdict: 'both-bad' } as const;
  expect(await refusalOf(core.client.studies.vote(cast))).toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('set up with it'),
  });
  const [a, b] = answersIds.map((answersId) => ({ answersId }));
  if (!a || !b) throw new Error('The study lacks a system');
  const { evaluations } = core.client;
  const { evaluationId: id, jobId } = await evaluations.create({
    name: 'e',
    promptSetId,
    a,
    b,
    bothBad: true,
  });
  await core.job(jobId);
  const verdicts = ['both-bad', 'neither', 'left'] as const;
  for (const [ordinal, verdict] of verdicts.entries()) {
    const comparison = await evaluations.comparison({ id, ordinal });
    const comparisonId = comparison?.comparisonId ?? '';
    const why = { reason: ` because of ${verdict}, `, tags: ['wrong', 'a', 'a'] };
    await evaluations.vote({ comparisonId, verdict, ...(ordinal < 2 && why), durationMs: 1500 });
  }
  // An earlier vote is looked at again with why, and changed: the newest one counts.
  const again = await evaluations.comparison({ id, ordinal: 0 });
  expect(again).toMatchObject({
    verdict: 'both-bad',
    reason: 'because of both-bad,',
    tags: ['a', 'wrong'],
  });
  const comparisonId = again?.comparisonId ?? '';
  await evaluations.vote({
    comparisonId,
    verdict: 'both-bad',
    reason: 'both are off',
    tags: ['a'],
  });
  expect(await evaluations.voteTags()).toEqual([
    { tag: 'a', votes: 2 },
    { tag: 'wrong', votes: 1 },
  ]);
  await evaluations.reveal({ id });
  const { text } = await evaluations.report({ id, format: 'json' });
  const report = evaluationReportSchema.parse(JSON.parse(text));
  expect(report.counts).toMatchObject({ votes: 3, bothBad: 1 });
  expect(report.statistics).toMatchObject({ n: 3, ties: 2 });
  expect(report.protocol).toContain('both answers are bad');
  expect(report.items[1]?.votes[0]).toMatchObject({ shown: 'neither', durationMs: 1500 });
  for (const format of ['markdown', 'html'] as const) {
    const written = (await evaluations.report({ id, format })).text;
    for (const said of ['both are off', 'Reasons by tag', '1 vote that both answers are bad'])
      expect(written).toContain(said);
  }
  const csv = (await evaluations.report({ id, format: 'csv' })).text.split('\r\n');
  expect(csv[0]).toMatch(/,voted_at,shown,tags,reason,milliseconds,probabilities_given,/);
  expect(csv[1]).toMatch(/,both-bad,a,both are off,{8}$/);
  expect(csv[2]).toMatch(/,neither,"a, wrong","because of neither,",1500,{7}$/);
});

test('who has finished sees what their own votes say, votes no more, and nobody else learns or loses anything', async () => {
  await using core = await TestCore.start();
  const systems = { one: outputs('x', 4), two: outputs('y', 4), three: outputs('z', 4) };
  const { studyId: id } = await importedStudy(core, { systems });
  const { studies } = core.client;
  const first = await studies.comparison({ id, author: 'ann' });
  const comparisonId = first?.comparisonId ?? '';
  await studies.vote({ comparisonId, verdict: 'left', author: 'ann' });
  await studies.vote({ comparisonId, verdict: 'right', author: 'bob' });
  const early = await refusalOf(studies.revealOwn({ id, author: 'ann' }));
  expect(early.message).toContain('Not everything that is for ann is voted on');
  expect(await refusalOf(studies.ownResults({ id, author: 'ann' }))).toMatchObject({
    code: 'INVALID_STATE',
  });
  expect(await voteAll(core, id, 'ann', 'left')).toBe(11);
  const before = await studies.get({ id, author: 'bob' });
  const own = await studies.revealOwn({ id, author: 'ann' });
  expect(own).toMatchObject({ author: 'ann', votes: 12, bothBad: 0 });
  expect(own.statistics.comparisons.map(({ a, b, n }) => [a, b, n])).toEqual([
    ['one', 'two', 4],
    ['one', 'three', 4],
    ['two', 'three', 4],
  ]);
  // Bob's one vote is not in it: an agreement of two would be.
  expect(own.statistics.annotators).toEqual([]);
  const closed = { code: 'INVALID_STATE', message: expect.stringContaining('ann has seen') };
  const vote = studies.vote({ comparisonId, verdict: 'right', author: 'ann' });
  expect(await refusalOf(vote)).toMatchObject(closed);
  expect(await refusalOf(studies.undoVote({ id, author: 'ann' }))).toMatchObject(closed);
  // For bob nothing has changed but that ann is named as informed.
  expect(await studies.get({ id, author: 'bob' })).toEqual({ ...before, sawOwnResults: ['ann'] });
  expect(await refusalOf(studies.ownResults({ id, author: 'bob' }))).toMatchObject({
    message: expect.stringContaining('blind for bob'),
  });
  expect(await refusalOf(studies.report({ id, format: 'json' }))).toMatchObject({
    message: expect.stringContaining('still blind'),
  });
  expect(await core.client.evaluations.list()).toEqual([]);
  expect(await voteAll(core, id, 'bob', 'left')).toBe(11);
  await studies.reveal({ id });
  const { text } = await studies.report({ id, format: 'json' });
  const report = studyReportSchema.parse(JSON.parse(text));
  expect(report.sawOwnResults).toEqual(['ann']);
  expect(report.warnings.join(' ')).toContain('Saw what their own votes say');
});

test('how far votes separate two systems is told while it is blind, in whole steps of 25', async () => {
  await using core = await TestCore.start();
  const systems = { one: outputs('x', 26), two: outputs('y', 26) };
  const { promptSetId, answersIds } = await importedStudy(core, { systems });
  const [a, b] = answersIds.map((answersId) => ({ answersId }));
  if (!a || !b) throw new Error('The study lacks a system');
  const { evaluations } = core.client;
  const { evaluationId: id, jobId } = await evaluations.create({ name: 'e', promptSetId, a, b });
  await core.job(jobId);
  const seen = new Set<string>();
  for (let ordinal = 0; ordinal < 26; ordinal += 1) {
    const pair = await evaluations.comparison({ id, ordinal });
    const verdict = pair?.left.startsWith('x') ? 'left' : 'right';
    const summary = await evaluations.vote({ comparisonId: pair?.comparisonId ?? '', verdict });
    seen.add(JSON.stringify(summary.separation));
  }
  expect([...seen]).toEqual(['null', '{"votes":25,"moreVotes":0}']);
});

test('a study leaves as a packet, is voted on with reasons, and comes back to the same comparisons', async () => {
  await using core = await TestCore.start();
  const systems = { one: outputs('x', 2), two: outputs('y', 2), three: outputs('z', 2) };
  const { studyId: id } = await importedStudy(core, { systems, bothBad: true });
  const { packets, project, app, evaluations, studies, merges, jobs } = core.client;
  const path = core.path('for-eve.lima');
  const what = { kind: 'study', studyId: id } as const;
  await core.job((await packets.write({ path, annotator: 'eve', what })).jobId);
  await project.open({ path });
  await app.setAuthor({ author: 'eve' });
  const [packed] = await evaluations.list();
  expect(packed).toMatchObject({ comparisons: 6, bothBad: true, systemA: null });
  const ofPacket = { id: packed?.id ?? '' };
  for (let pair = await evaluations.comparison(ofPacket); pair;) {
    const verdict = pair.ordinal === 0 ? 'both-bad' : 'neither';
    const why = { reason: `pair ${pair.ordinal}`, tags: ['away'] };
    await evaluations.vote({ comparisonId: pair.comparisonId, verdict, ...why });
    pair = await evaluations.comparison(ofPacket);
  }
  expect(await refusalOf(evaluations.revealOwn(ofPacket))).toMatchObject({ code: 'INVALID_STATE' });
  await project.open({ path: core.projectPath });
  const { jobId } = await merges.start({ path });
  for (;;) {
    const job = await jobs.get({ id: jobId });
    if (resultOf(job, 'merge')) break;
    if (job.error) throw new Error(job.error.message);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const summary = await studies.get({ id, author: 'eve' });
  expect(summary).toMatchObject({ voted: 6, queue: { total: 6, left: 0 } });
  expect(summary.annotators).toEqual([{ author: 'eve', votes: 6, left: 0 }]);
  const pairs = await Promise.all(
    [0, 1, 2, 3, 4, 5].map((ordinal) => studies.comparison({ id, ordinal, author: 'eve' })),
  );
  // The packet has the pairs in the order of eve's queue.
  expect(pairs.map((pair) => [pair?.verdict, pair?.reason])).toEqual(
    [0, 1, 2, 3, 4, 5].map((at) => [at === 0 ? 'both-bad' : 'neither', `pair ${at}`]),
  );
  expect((await studies.revealOwn({ id, author: 'eve' })).bothBad).toBe(1);
  const again = packets.write({ path: core.path('2.lima'), annotator: 'eve', what });
  expect(await refusalOf(again)).toMatchObject({
    message: expect.stringContaining('eve has seen'),
  });
});

const secret = /secret-(?:one|two|three)/;

/** What of a blind project is asked for by id, so that an answer may tell something of a comparison. */
function questionsOf(studyId: string, evaluationId: string): Record<string, unknown> {
  return {
    'evaluations.list': undefined,
    'evaluations.get': { id: evaluationId },
    'evaluations.comparison': { id: evaluationId },
    'evaluations.voteTags': undefined,
    'evaluations.ownResults': { id: evaluationId },
    'evaluations.report': { id: evaluationId, format: 'json' },
    'studies.list': undefined,
    'studies.get': { id: studyId },
    'studies.comparison': { id: studyId },
    'studies.ownResults': { id: studyId },
    'studies.report': { id: studyId, format: 'csv' },
    'studies.pace': undefined,
    'judgings.list': { kind: 'study', id: studyId },
    // What a judge said has a test of its own; here is none.
    'judgings.results': { id: studyId },
    'grades.next': { kind: 'study', id: studyId },
    'grades.list': { kind: 'evaluation', id: evaluationId },
    'grades.report': { kind: 'study', id: studyId },
    'grades.csv': { kind: 'evaluation', id: evaluationId },
    'jobs.list': undefined,
    'project.pipeline': undefined,
    'project.contents': undefined,
    'project.current': undefined,
    'things.labels': { thing: 'evaluation' },
    'merges.undoable': undefined,
    'disk.usage': undefined,
  };
}

test('no reading procedure of a blind project tells with a comparison, its study or evaluation who wrote what', async () => {
  await using core = await TestCore.start();
  const lengths = [7001, 7002, 7003];
  const systems = Object.fromEntries(
    ['secret-one', 'secret-two', 'secret-three'].map((name, at) => [
      name,
      [`a${'w'.repeat((lengths[at] ?? 1) - 1)}`, `b${'w'.repeat((lengths[at] ?? 1) - 1)}`],
    ]),
  );
  const { studyId, promptSetId, answersIds } = await importedStudy(core, { systems });
  const [a, b] = answersIds.map((answersId) => ({ answersId }));
  if (!a || !b) throw new Error('The study lacks a system');
  const { evaluations, answers } = core.client;
  const { evaluationId, jobId } = await evaluations.create({ name: 'e', promptSetId, a, b });
  await core.job(jobId);
  const hashes = (await answers.list()).flatMap(({ origins }) => origins);
  const telling = [
    secret,
    ...answersIds.map((id) => new RegExp(id)),
    ...hashes.map(({ fileSha256 }) => new RegExp(fileSha256)),
    // Lengths as numbers; the texts themselves are shown, and are as long as they are.
    ...lengths.map((length) => new RegExp(`\\b${length}\\b`)),
  ];
  for (const [path, input] of Object.entries(questionsOf(studyId, evaluationId))) {
    const [namespace = '', name = ''] = path.split('.');
    const group: unknown = Reflect.get(core.client, namespace);
    if (typeof group !== 'object' && typeof group !== 'function') throw new Error(namespace);
    const call: unknown = group && Reflect.get(group, name);
    if (typeof call !== 'function') throw new Error(`There is no ${path}`);
    const told: Promise<unknown> = call(input);
    const answer = await told.then(
      (found) => JSON.stringify(found ?? null),
      (error: unknown) => String(error),
    );
    for (const one of telling)
      expect(`${path}: ${one.test(answer) ? answer : ''}`).toBe(`${path}: `);
  }
  // Two looks at one pair are alike, whoever looks and in whatever order the answers were stored.
  const [first, second] = [
    await core.client.studies.comparison({ id: studyId, ordinal: 0 }),
    await core.client.studies.comparison({ id: studyId, ordinal: 0 }),
  ];
  expect(first).toEqual(second);
  expect(Object.keys(first ?? {}).toSorted()).toEqual([
    'comparisonId',
    'dialogue',
    'left',
    'ordinal',
    'prompt',
    'reason',
    'right',
    'tags',
    'verdict',
  ]);
});

test('every reading procedure of evaluations, studies, judges and grades is asked by the test of blindness', () => {
  const asked = Object.keys(questionsOf('', ''));
  const { evaluations, studies, judgings, grades } = contract;
  const reading = Object.entries({ evaluations, studies, judgings, grades }).flatMap(
    ([namespace, group]) =>
      Object.entries(group).flatMap(([name, procedure]) => {
        if (!isContractProcedure(procedure)) return [];
        const { access }: ProcedureMeta = procedure['~orpc'].meta;
        return access === 'read' ? [`${namespace}.${name}`] : [];
      }),
  );
  // A report that is saved is the one that is refused to be read.
  const saving = ['evaluations.saveReport', 'studies.saveReport', 'grades.saveCsv'];
  expect(asked).toEqual(expect.arrayContaining(reading.filter((path) => !saving.includes(path))));
});
