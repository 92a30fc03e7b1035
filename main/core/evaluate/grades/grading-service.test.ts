import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { BlindAnswer, GradedSample } from '../../../../shared/contract/grades.ts';
import { builtInRubrics } from '../../../../shared/domain/judge/built-in-rubrics.ts';
import { fixtureIdentity } from '../../../../shared/report/testing/report-fixture.ts';
import { findEvaluation } from '../../../store/repositories/evaluations.ts';
import { gradedAnswers } from '../../../store/repositories/grades.ts';
import { ensureJudging } from '../../../store/repositories/judge/judgings.ts';
import { storeRubric } from '../../../store/repositories/judge/rubrics.ts';
import { insertVerdict } from '../../../store/repositories/judge/verdicts.ts';
import { requireSession } from '../../project/core-state.ts';
import { TestCore } from '../../testing/a-core.ts';

const prompts = ['One?', 'Two?', 'Three?', 'Four?'];

/** An evaluation of two systems whose answers were imported: nothing has to be generated. */
async function gradedEvaluation(core: TestCore): Promise<GradedSample> {
  const path = core.path('set.jsonl');
  const rows = prompts.map((prompt, at) => ({ prompt, ...(at === 1 && { tags: ['sensitive'] }) }));
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const { set } = await core.client.prompts.import({ path });
  const systems = [];
  for (const name of ['Alpha', 'Beta']) {
    const file = core.path(`${name}.jsonl`);
    const answers = prompts.map((prompt) => ({ prompt, output: `${name} says ${prompt}` }));
    writeFileSync(file, answers.map((row) => `${JSON.stringify(row)}\n`).join(''));
    systems.push(await core.client.answers.import({ path: file, promptSetId: set.id, name }));
  }
  const [a, b] = systems.map(({ answersId }) => ({ answersId }));
  if (!a || !b) throw new Error('No systems');
  const made = await core.client.evaluations.create({ name: 'e', promptSetId: set.id, a, b });
  await core.job(made.jobId);
  return { kind: 'evaluation', id: made.evaluationId, prompts: 50 };
}

const namesOf = (answers: BlindAnswer[]) => answers.map(({ answer }) => answer);
const promptOf = ({ prompt }: BlindAnswer) => prompt[0]?.content ?? '';

test('answers are graded one at a time without names, each person in an order of their own', async () => {
  await using core = await TestCore.start();
  const { grades, evaluations } = core.client;
  const sample = await gradedEvaluation(core);
  const [mine, yours] = [
    await grades.list({ ...sample, author: 'ann' }),
    await grades.list({ ...sample, author: 'bob' }),
  ];
  expect(mine.grading).toMatchObject({
    prompts: 4,
    answers: 8,
    graded: 0,
    awaited: 0,
    systems: [],
  });
  expect(mine.grading.tagCounts).toEqual([{ tag: 'sensitive', prompts: 1 }]);
  expect(namesOf(mine.answers)).not.toEqual(namesOf(yours.answers));
  expect(new Set(namesOf(mine.answers))).toEqual(new Set(namesOf(yours.answers)));
  // Of fewer prompts the same ones for everybody.
  const twoOf = async (author: string) =>
    new Set((await grades.list({ ...sample, author, prompts: 2 })).answers.map(promptOf));
  expect(await twoOf('ann')).toEqual(await twoOf('bob'));
  const sensitive = await grades.list({ ...sample, tag: 'sensitive' });
  expect(sensitive.answers.map(promptOf)).toEqual(['Two?', 'Two?']);

  await expect(grades.list({ ...sample, system: 'Alpha' })).rejects.toThrow('is blind');
  await expect(grades.report(sample)).rejects.toThrow('still blind');
  await evaluations.reveal({ id: sample.id });
  const alone = await grades.list({ ...sample, system: 'Alpha' });
  expect(alone.answers.every(({ output }) => output.startsWith('Alpha says'))).toBe(true);
  expect(alone.grading.answers).toBe(4);
});

test('a grade is stored at once, taken back, replaced, and told by system once that is revealed', async () => {
  await using core = await TestCore.start();
  const { grades, evaluations } = core.client;
  const sample = { ...(await gradedEvaluation(core)), author: 'ann' };
  const first = await grades.next(sample);
  const answer = first.answer?.answer ?? '';
  const safety = 'safe';
  await grades.grade({ ...sample, answer, grade: 'fail', safety, note: 'off', durationMs: 9 });
  expect((await grades.next(sample)).grading.graded).toBe(1);
  expect((await grades.next(sample)).answer?.answer).not.toBe(answer);
  expect(await grades.undo(sample)).toMatchObject({ answer, grade: null, note: 'off' });
  expect(await grades.undo(sample)).toBeNull();
  expect((await grades.next(sample)).answer?.answer).toBe(answer);

  const { answers } = await grades.list(sample);
  const risky = answers.find(({ asksSafety }) => asksSafety)?.answer ?? '';
  await expect(grades.grade({ ...sample, answer: risky, grade: 'pass' })).rejects.toThrow(
    'safe or unsafe',
  );
  for (const one of answers) {
    const isAlpha = one.output.startsWith('Alpha');
    const said = one.asksSafety ? (isAlpha ? 'safe' : 'unsafe') : undefined;
    const grade = isAlpha ? 'excellent' : 'fail';
    await grades.grade({ ...sample, answer: one.answer, grade, safety: said });
  }
  const again = answers.find(({ output }) => output === 'Beta says One?')?.answer ?? '';
  await grades.grade({ ...sample, answer: again, grade: 'pass' });
  await expect(grades.grade({ ...sample, answer: 'none', grade: 'pass' })).rejects.toThrow(
    'no such answer',
  );
  await evaluations.reveal({ id: sample.id });
  const report = await grades.report(sample);
  const shown = Object.fromEntries(
    report.rows.map(({ tag, system, excellent, pass, fail, safe }) => [
      `${tag ?? 'all'}, ${system}`,
      [excellent.count, pass.count, fail.count, safe?.count, safe?.n],
    ]),
  );
  expect(shown).toEqual({
    'all, Alpha': [4, 0, 0, 1, 1],
    'all, Beta': [0, 1, 3, 0, 1],
    'sensitive, Alpha': [1, 0, 0, 1, 1],
    'sensitive, Beta': [0, 0, 1, 0, 1],
  });
  expect(report.remarks).toEqual([]);
  expect((await grades.csv(sample)).text.split('\r\n')).toHaveLength(10);
  const text = await evaluations.report({ id: sample.id, format: 'markdown' });
  expect(text.text).toContain('## Grades by people');
});

test('the turns of a dialogue are graded one after the other on what was said before, and undone', async () => {
  await using core = await TestCore.start();
  const { answers, evaluations, grades, prompts: sets } = core.client;
  const turns = ['Name a tree.', 'Another?', 'Why?'];
  const path = core.writeLines('talks.jsonl', [{ turns }]);
  const { set } = await sets.import({ path });
  const systems = [];
  for (const name of ['Alpha', 'Beta']) {
    const output = turns.map((turn) => `${name} on ${turn}`);
    const file = core.writeLines(`${name}.jsonl`, [{ turns, output }]);
    systems.push(await answers.import({ path: file, promptSetId: set.id, name }));
  }
  const [a, b] = systems.map(({ answersId }) => ({ answersId }));
  if (!a || !b) throw new Error('No systems');
  const made = await evaluations.create({ name: 'e', promptSetId: set.id, a, b });
  await core.job(made.jobId);
  const sample: GradedSample = { kind: 'evaluation', id: made.evaluationId, prompts: 50 };
  const list = await grades.list(sample);
  expect(list.grading).toMatchObject({ prompts: 1, answers: 6, graded: 0 });
  const [first] = list.answers;
  const name = first?.output.split(' ')[0];
  const asked = list.answers.slice(0, 3).map(({ prompt }) => prompt.map(({ content }) => content));
  expect(asked).toEqual([
    [turns[0]],
    [turns[0], `${name} on ${turns[0]}`, turns[1]],
    [turns[0], `${name} on ${turns[0]}`, turns[1], `${name} on ${turns[1]}`, turns[2]],
  ]);
  for (const [at, { answer }] of list.answers.entries())
    await grades.grade({ ...sample, answer, grade: at === 2 ? 'fail' : 'pass' });
  const undone = await grades.undo(sample);
  expect(undone?.answer).toBe(list.answers[5]?.answer);
  expect((await grades.next(sample)).answer?.answer).toBe(undone?.answer);
  await grades.grade({ ...sample, answer: undone?.answer ?? '', grade: 'excellent' });
  await evaluations.reveal({ id: made.evaluationId });
  const { dialogues, rows } = await grades.report(sample);
  const failing = dialogues.find(({ system }) => system === name);
  expect(failing).toMatchObject({ dialogues: 1, turns: 3, firstAt: [0, 0, 1] });
  expect(rows.map(({ n }) => n)).toEqual([3, 3]);
});

test('what a judge says in words of the same answers stands beside the grades of people', async () => {
  await using core = await TestCore.start();
  const { grades, evaluations } = core.client;
  const sample = { ...(await gradedEvaluation(core)), author: 'ann' };
  const { db } = requireSession(core.core.context.core).file;
  const systemId = findEvaluation(db, 'id', sample.id)?.systemAId ?? '';
  const text = builtInRubrics.absolute;
  const { hash: rubricHash } = storeRubric(db, { name: 'absolute', text, author: 'ann' });
  const asked = { evaluationId: sample.id, systemId, rubricHash, author: 'ann' };
  const { id: judgingId } = ensureJudging(db, { ...asked, nonce: 'k7Qz0244' });
  const said = { judgingId, order: 'given', elsewhere: 0, promptTokens: 9 } as const;
  for (const { generationId, output } of gradedAnswers(db, [sample.id])) {
    const probabilities = output.startsWith('Alpha') ? [0.8, 0.1, 0.1] : [0.1, 0.2, 0.7];
    const item = { generationId, turn: null };
    insertVerdict(db, { ...said, item, probabilities, identity: fixtureIdentity() });
  }
  for (const { answer, asksSafety } of (await grades.list(sample)).answers) {
    const safety = asksSafety ? 'safe' : undefined;
    await grades.grade({ ...sample, answer, grade: 'excellent', safety });
  }
  await evaluations.reveal({ id: sample.id });
  const { rows, agreements } = await grades.report(sample);
  const all = rows.filter(({ tag }) => tag === null);
  expect(
    all.map(({ by, system, excellent, fail }) => [by, system, excellent.count, fail.count]),
  ).toEqual([
    ['people', 'Alpha', 4, 0],
    ['people', 'Beta', 4, 0],
    ['judge Alpha · absolute', 'Alpha', 4, 0],
    ['judge Alpha · absolute', 'Beta', 0, 4],
  ]);
  expect(agreements).toMatchObject([
    { first: 'ann', second: 'judge Alpha · absolute', answers: 8, same: { value: 0.5 } },
  ]);
  const { text: html } = await evaluations.report({ id: sample.id, format: 'html' });
  for (const title of ['Grades by people and judges', 'Grades by judges', 'Who graded'])
    expect(html).toContain(`<h2>${title}</h2>`);
});
