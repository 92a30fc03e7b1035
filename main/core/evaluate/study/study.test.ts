import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { studyReportSchema } from '../../../../shared/domain/study/study-report.ts';
import { all } from '../../../store/database.ts';
import { requireSession } from '../../project/core-state.ts';
import { TestCore } from '../../testing/a-core.ts';
import { startStudy } from '../../testing/a-study.ts';

let core: TestCore;
let study: Awaited<ReturnType<typeof startStudy>>;
beforeAll(async () => {
  core = await TestCore.start();
  study = await startStudy(core, { prompts: 2, maxTokens: 8, overlapPercent: 50 });
  await core.job(study.jobId);
});
afterAll(() => core[Symbol.asyncDispose]());

const generationRow = z.object({ id: z.string() });
const generations = () =>
  all(requireSession(core.core.context.core).file.db, generationRow, 'SELECT id FROM generation');

/** Votes on all that is this person's, and returns the pairs in the order in which they came. */
async function voteAll(author: string): Promise<string[]> {
  const { studies } = core.client;
  const voted: string[] = [];
  for (;;) {
    const pair = await studies.comparison({ id: study.studyId, author });
    if (!pair) return voted;
    voted.push(pair.comparisonId);
    const verdict = pair.left < pair.right ? 'left' : 'right';
    await studies.vote({ comparisonId: pair.comparisonId, verdict, durationMs: 2000, author });
  }
}

test('each system answers each prompt once, however many pairs and evaluations ask for it', async () => {
  const { studies, evaluations } = core.client;
  const before = generations();
  expect(before).toHaveLength(12);
  expect(await studies.get({ id: study.studyId })).toMatchObject({
    pairs: 3,
    comparisons: 12,
    answers: 12,
    answered: 12,
    promptSetNames: ['first', 'second'],
  });
  const [a, b] = study.modelIds.map((modelId) => ({ modelId }));
  const [promptSetId = ''] = study.promptSetIds;
  const sampling = { maxTokens: 8, temperature: 2, repeatPenalty: 1, topP: 1 };
  if (!a || !b) throw new Error('The study lacks a system');
  const one = { name: 'two of them', promptSetId, a, b, sampling, parallel: 2 };
  await core.job((await evaluations.create(one)).jobId);
  expect(generations()).toEqual(before);
});

test('a prompt that two sets of a study have is answered once, and its answer is in both', async () => {
  const { studies, prompts } = core.client;
  const sets: string[] = [];
  for (const own of ['x', 'y']) {
    const rows = [{ prompt: 'In both?' }, { prompt: `Of ${own}?` }];
    const path = core.writeLines(`${own}.jsonl`, rows);
    sets.push((await prompts.import({ path })).set.id);
  }
  const { studyId, jobId } = await studies.create({
    name: 'both sets',
    design: 'focus',
    systems: study.modelIds.slice(0, 2).map((modelId) => ({ modelId })),
    promptSetIds: sets,
    sampling: { maxTokens: 8, temperature: 2, repeatPenalty: 1, topP: 1, seed: 7 },
  });
  await core.job(jobId);
  expect(await studies.get({ id: studyId })).toMatchObject({ answers: 8, answered: 8 });
  const { db } = requireSession(core.core.context.core).file;
  const timed = z.object({ n: z.number(), ms: z.number(), output: z.string() });
  const copies = all(
    db,
    timed,
    `SELECT count(*) AS n, g.duration_ms AS ms, g.output FROM generation g
     JOIN prompt p ON p.id = g.prompt_id WHERE p.messages_json LIKE '%In both?%'
     GROUP BY g.system_id, g.duration_ms, g.output`,
  );
  // Two answers that were made one by one would not take the same time to the last digit.
  expect(copies.map(({ n }) => n)).toEqual([2, 2]);
  await core.client.things.delete({ thing: 'study', id: studyId });
});

test('a blind study names no system, no pair and no evaluation, and cannot be judged pair by pair', async () => {
  const { studies, evaluations } = core.client;
  const [summary] = await studies.list();
  expect(summary).toMatchObject({ systemNames: null, evaluations: [], isRevealed: false });
  expect((await evaluations.list()).map(({ name }) => name)).toEqual(['two of them']);
  const { db } = requireSession(core.core.context.core).file;
  const ofStudy = 'SELECT id FROM evaluation WHERE study_id IS NOT NULL';
  const [hidden] = all(db, generationRow, ofStudy);
  const id = hidden?.id ?? '';
  const refused = 'belongs to a study that is blind';
  await expect(evaluations.comparison({ id })).rejects.toThrow(refused);
  await expect(evaluations.reveal({ id })).rejects.toThrow(refused);
  await expect(studies.report({ id: study.studyId, format: 'json' })).rejects.toThrow(
    'still blind',
  );
});

test('annotators share the half that is for all, split the rest, undo their own, and get the same report', async () => {
  const { studies } = core.client;
  const { studyId: id } = study;
  const ann = await voteAll('ann');
  expect(new Set(ann).size).toBe(ann.length);
  const why = { reason: 'It names the ship.', tags: ['clear'] };
  const last = { comparisonId: ann.at(-1) ?? '', author: 'ann' };
  await studies.vote({ ...last, verdict: 'left', ...why });
  const undone = await studies.undoVote({ id, author: 'ann' });
  expect(undone).toMatchObject({ comparisonId: ann.at(-1), verdict: null, ...why });
  expect(await voteAll('ann')).toEqual([ann.at(-1)]);
  await studies.vote({ comparisonId: ann[0] ?? '', verdict: 'neither', author: 'bob' });
  const { annotators, unvoted } = await studies.get({ id, author: 'bob' });
  expect(annotators).toMatchObject([
    { author: 'ann', left: 0 },
    { author: 'bob', votes: 1 },
  ]);
  expect(unvoted).toBe(0);
  const bob = await voteAll('bob');
  // Identical answers are tied by rule, and asked of nobody.
  expect(bob.length + 1).toBeLessThanOrEqual(7);
  expect(bob.every((one) => ann.includes(one))).toBe(true);

  const revealed = await studies.reveal({ id });
  expect(revealed.systemNames).toHaveLength(3);
  expect(revealed.evaluations).toHaveLength(6);
  await expect(studies.undoVote({ id, author: 'bob' })).rejects.toThrow('no longer be blind');
  const { text } = await studies.report({ id, format: 'json' });
  const report = studyReportSchema.parse(JSON.parse(text));
  expect(report.counts).toMatchObject({
    pairs: 3,
    comparisons: 12,
    answers: 12,
    open: 0,
    failed: 0,
  });
  expect(report.counts.votes).toBe(ann.length + bob.length + 1);
  expect(report.statistics.comparisons).toHaveLength(3);
  expect(report.statistics.ratings).toHaveLength(3);
  expect(report.statistics.annotators).toMatchObject([{ first: 'ann', second: 'bob' }]);
  expect(report.disagreements).toEqual([]);
  const { text: csv } = await studies.report({ id, format: 'csv' });
  const path = core.path('votes.csv');
  await studies.saveReport({ id, format: 'csv', path });
  const counted = await core.client.statistics.ofFile({ path });
  expect(counted.comparisons.map(({ a, b, n }) => [a, b, n])).toEqual(
    report.statistics.comparisons.map(({ a, b, n }) => [a, b, n]),
  );
  expect(csv.split('\r\n')).toHaveLength(counted.read + 2);
  const methods = report.methods.join(' ');
  for (const named of [...report.promptSets.map(({ contentHash }) => contentHash), 'seed 42'])
    expect(methods).toContain(named);
  expect(methods).toContain(`(SHA-256 ${report.systems[0]?.identities[0]?.baseSha256})`);
});

test('a deleted study takes its evaluations and their answers with it, but for those that others have', async () => {
  const { things, studies, evaluations } = core.client;
  const thing = { thing: 'study', id: study.studyId } as const;
  const { dependents } = await things.planDeletion(thing);
  expect(dependents.map(({ what }) => what)).toEqual(['evaluation', 'vote']);
  await things.delete(thing);
  expect(await studies.list()).toEqual([]);
  expect((await evaluations.list()).map(({ name }) => name)).toEqual(['two of them']);
  expect(generations()).toHaveLength(4);
});
