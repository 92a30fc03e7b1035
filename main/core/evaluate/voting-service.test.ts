import { expect, test, vi } from 'vitest';
import { run } from '../../store/database.ts';
import { isDone } from '../../../shared/domain/project/pipeline.ts';
import { comparisonsOf } from '../../store/repositories/comparisons.ts';
import { requireSession } from '../project/core-state.ts';
import { TestCore } from '../testing/a-core.ts';
import { blindSides } from './voting-service.ts';
import { startEvaluation } from '../testing/an-evaluation.ts';

test('showing, voting on and undoing one comparison read no other comparison’s answers', async () => {
  await using core = await TestCore.start();
  const { evaluationId: id, jobId } = await startEvaluation(core, { prompts: 3, maxTokens: 12 });
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const { db } = requireSession(core.core.context.core).file;
  // Whoever reads one of these answers fails.
  run(
    db,
    `UPDATE generation SET identity_json = '{}' WHERE prompt_id IN
       (SELECT prompt_id FROM comparison WHERE ordinal <> 1)`,
  );
  const { evaluations } = core.client;
  await expect(evaluations.comparison({ id, ordinal: 0 })).rejects.toThrow('does not understand');
  const shown = await evaluations.comparison({ id, ordinal: 1 });
  const comparisonId = shown?.comparisonId ?? '';
  const why = { reason: 'It says why.', tags: ['clear'] };
  const cast = { comparisonId, verdict: 'left', ...why } as const;
  expect(await evaluations.vote(cast)).toMatchObject({ voted: 1 });
  expect(await evaluations.comparison({ id, ordinal: 1 })).toMatchObject({ verdict: 'left' });
  // What was said of it comes back, to be said again with another vote.
  expect(await evaluations.undoVote({ id })).toMatchObject({ ordinal: 1, verdict: null, ...why });
  expect(await evaluations.comparison({ id, ordinal: 1 })).toMatchObject({ reason: '', tags: [] });
  expect(await evaluations.list()).toMatchObject([
    { comparisons: 3, generatedA: 3, generatedB: 3, readyPairs: 3, voted: 0 },
  ]);
});

// One over-long prompt ended the whole evaluation, which could never be completed.
test('a prompt that cannot be asked is left out of the vote with its reason, and the rest is voted on', async () => {
  await using core = await TestCore.start();
  const prompts = ['One', 'long '.repeat(1200), 'Three'];
  const { evaluationId: id, jobId } = await startEvaluation(core, { prompts, maxTokens: 8 });
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded', result: { answers: 6 } });
  const { evaluations } = core.client;
  const reason = expect.stringMatching(/^The prompt has \d+ tokens/);
  expect(await evaluations.get({ id })).toMatchObject({
    comparisons: 3,
    generatedA: 3,
    generatedB: 3,
    readyPairs: 2,
    failed: 1,
    // Both systems failed: while it is blind that is told once, and of neither.
    failures: [{ ordinal: 1, system: null, reason }],
  });
  const voted: number[] = [];
  for (;;) {
    const shown = await evaluations.comparison({ id });
    if (!shown) break;
    voted.push(shown.ordinal);
    await evaluations.vote({ comparisonId: shown.comparisonId, verdict: 'left' });
  }
  expect(voted).toEqual([0, 2]);
  expect(await evaluations.comparison({ id, ordinal: 1 })).toBeNull();
  const { db } = requireSession(core.core.context.core).file;
  const comparisonId = comparisonsOf(db, id)[1]?.id ?? '';
  await expect(evaluations.vote({ comparisonId, verdict: 'left' })).rejects.toThrow(
    'nothing to vote on: The prompt has',
  );
  const facts = await core.client.project.pipeline();
  expect(isDone(facts, 'evaluate')).toBe(true);
  const { failures } = await evaluations.reveal({ id });
  expect(failures.map(({ system }) => system)).toEqual(['a', 'b']);
  const { text } = await evaluations.report({ id, format: 'markdown' });
  expect(text).toMatch(/1 comparison left out for want of an answer of A: The prompt/);
});

const turns = (output: string) => ({ output, turns: [{ output, ...answered }] });

function shown(a: string, b: string) {
  const sides = blindSides({ leftSide: 'b', a: turns(a), b: turns(b) });
  expect([sides?.left.turns, sides?.right.turns]).toEqual([
    [sides?.left.output],
    [sides?.right.output],
  ]);
  return { left: sides?.left.output, right: sides?.right.output };
}

const origin = { importedFrom: 'f', fileSha256: 'f', generator: null, importedMs: 1 };
const answered = { finish: 'stop', identity: origin } as const;

test('no side of a pair shows or tells that its system thinks, whatever became of its answer', () => {
  const thought = '<think>\nHm.\n</think>\n\nYes.';
  expect(shown(thought, 'Yes.')).toEqual({ left: 'Yes.', right: 'Yes.' });
  expect(shown('Hm.\n</think>\nNo', thought)).toEqual({ left: 'Yes.', right: 'No' });
  expect(shown('<think>cut off', 'Yes.')).toEqual({ left: 'Yes.', right: '' });
});

test('the next comparison is the first without a standing vote of this author', async () => {
  await using core = await TestCore.start();
  const { evaluationId: id, jobId } = await startEvaluation(core, { prompts: 3, maxTokens: 12 });
  await core.job(jobId);
  const { evaluations } = core.client;
  const next = async () => await evaluations.comparison({ id });
  const vote = async () => {
    const comparisonId = (await next())?.comparisonId ?? '';
    await evaluations.vote({ comparisonId, verdict: 'neither' });
  };
  const besides = (await next())?.comparisonId;
  expect((await evaluations.comparison({ id, besides }))?.ordinal).toBe(1);
  expect((await next())?.ordinal).toBe(0);
  await vote();
  expect((await next())?.ordinal).toBe(1);
  await evaluations.undoVote({ id });
  expect((await next())?.ordinal).toBe(0);
  for (let count = 0; count < 3; count += 1) await vote();
  expect(await next()).toBeNull();
  await core.client.app.setAuthor({ author: 'Somebody else' });
  expect((await next())?.ordinal).toBe(0);
});

test('pairs are voted on in their order while later ones are still being answered', async () => {
  await using core = await TestCore.start();
  const { evaluationId: id, jobId } = await startEvaluation(core, { prompts: 12, maxTokens: 60 });
  const { evaluations } = core.client;
  const first = await vi.waitFor(
    async () => {
      const shown = await evaluations.comparison({ id });
      if (!shown) throw new Error('The first pair is not answered yet');
      return shown;
    },
    { timeout: 60_000, interval: 20 },
  );
  const summary = await evaluations.vote({ comparisonId: first.comparisonId, verdict: 'left' });
  expect(first.ordinal).toBe(0);
  expect(summary.generatedA).toBeLessThan(12);
  expect(summary.readyPairs).toBeGreaterThanOrEqual(1);
  const [listed] = await evaluations.list();
  expect([listed, summary]).toMatchObject([
    { systemA: null, systemB: null },
    { systemA: null, systemB: null },
  ]);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
  const revealed = await evaluations.reveal({ id });
  expect(revealed).toMatchObject({ systemA: expect.any(String), readyPairs: 12 });
});
