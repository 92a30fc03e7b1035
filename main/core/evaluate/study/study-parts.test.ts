import { expect, test } from 'vitest';
import { refusalOf, TestCore } from '../../testing/a-core.ts';
import { importAnswersOf, importedStudy } from '../../testing/an-imported-study.ts';

test('a pair of a study is not deleted alone, and the study takes all of them with it', async () => {
  await using core = await TestCore.start();
  const { studyId, answersIds } = await importedStudy(core, {
    systems: { one: ['a', 'b'], two: ['c', 'd'], three: ['e', 'f'] },
    design: 'focus',
  });
  const { things, studies, evaluations, answers } = core.client;
  await studies.reveal({ id: studyId });
  const [pair] = await evaluations.list();
  const refused = await refusalOf(things.delete({ thing: 'evaluation', id: pair?.id ?? '' }));
  expect(refused).toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringMatching(
      /pair of the study “s”.*: delete the study.*Nothing was deleted/,
    ),
  });
  expect(await evaluations.list()).toHaveLength(2);
  for (const id of answersIds) await things.delete({ thing: 'answers', id });
  await things.delete({ thing: 'study', id: studyId });
  expect([await evaluations.list(), await studies.list(), await answers.list()]).toEqual([
    [],
    [],
    [],
  ]);
});

test('neither a study nor an evaluation takes a name of the other kind, nor is renamed to it', async () => {
  await using core = await TestCore.start();
  const systems = { one: ['a'], two: ['b'] };
  const { studyId, promptSetId, answersIds } = await importedStudy(core, { systems });
  const [a, b] = answersIds.map((answersId) => ({ answersId }));
  if (!a || !b) throw new Error('The study lacks a system');
  const { evaluations, things } = core.client;
  const create = (name: string) => evaluations.create({ name, promptSetId, a, b });
  const taken = { code: 'NAME_TAKEN', message: expect.stringContaining('study “s”') };
  expect(await refusalOf(create('s'))).toMatchObject(taken);
  const { evaluationId, jobId } = await create('e');
  await core.job(jobId);
  const toStudy = things.label({ thing: 'evaluation', id: evaluationId, name: 's' });
  expect(await refusalOf(toStudy)).toMatchObject(taken);
  const toEvaluation = things.label({ thing: 'study', id: studyId, name: 'e' });
  expect(await refusalOf(toEvaluation)).toMatchObject({
    code: 'NAME_TAKEN',
    message: expect.stringContaining('evaluation “e”'),
  });
  // Also where a program finds a name: that of an extension.
  await evaluations.reveal({ id: evaluationId });
  await things.label({ thing: 'study', id: studyId, name: 'e, extended' });
  const path = core.writeLines('more.jsonl', [{ prompt: 'More?' }]);
  const { set } = await core.client.prompts.import({ path });
  for (const [name, answersId] of [
    ['one', a.answersId],
    ['two', b.answersId],
  ] as const) {
    const rows = core.writeLines(`more of ${name}.jsonl`, [{ prompt: 'More?', output: name }]);
    const input = { path: rows, promptSetId: set.id, name };
    expect((await core.client.answers.import(input)).answersId).toBe(answersId);
  }
  const more = await evaluations.extend({ id: evaluationId, prompts: 1, promptSetId: set.id });
  await core.job(more.jobId);
  expect((await evaluations.get({ id: more.evaluationId })).name).toBe('e, extended 2');
});

test('answers that are imported after the job and are identical are tied by the rule, also in an evaluation', async () => {
  await using core = await TestCore.start();
  const systems = { one: ['same', 'b'], two: [null, 'd'] };
  const { studyId, promptSetId, answersIds } = await importedStudy(core, { systems });
  const [a, b] = answersIds.map((answersId) => ({ answersId }));
  if (!a || !b) throw new Error('The study lacks a system');
  const { evaluations, studies } = core.client;
  const { evaluationId: id, jobId } = await evaluations.create({ name: 'e', promptSetId, a, b });
  await core.job(jobId);
  expect(await evaluations.get({ id })).toMatchObject({ failed: 1, voted: 0 });
  expect(await studies.get({ id: studyId })).toMatchObject({ failed: 1, voted: 0, unvoted: 1 });
  await importAnswersOf(core, promptSetId, ['two', ['same']]);
  expect(await evaluations.get({ id })).toMatchObject({ failed: 0, readyPairs: 2, voted: 1 });
  const summary = await studies.get({ id: studyId });
  expect(summary).toMatchObject({ failed: 0, readyPairs: 2, voted: 1, unvoted: 1 });
  expect(summary.queue).toEqual({ total: 1, left: 1 });
});
