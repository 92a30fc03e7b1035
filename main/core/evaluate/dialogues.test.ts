import { expect, test } from 'vitest';
import { z } from 'zod';
import { answerSeed } from '../../../shared/domain/evaluate/answer-seed.ts';
import { turnPrompt } from '../../../shared/domain/evaluate/dialogue.ts';
import { evaluationReportSchema } from '../../../shared/domain/report/evaluation-report.ts';
import { get, run } from '../../store/database.ts';
import { findEvaluation } from '../../store/repositories/evaluations.ts';
import { comparisonsOf } from '../../store/repositories/comparisons.ts';
import {
  storeUnfinished,
  turnsColumn,
  unfinishedTurns,
} from '../../store/repositories/unfinished-dialogues.ts';
import { requireSession } from '../project/core-state.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';

const user = (content: string) => ({ role: 'user' as const, content });
const sampling = { maxTokens: 6, temperature: 2, repeatPenalty: 1, topP: 1, seed: 7 };
const words = ['Name a tree.', 'Another one?', 'Why that?'];

const rowOf = z.object({ id: z.string(), turns: turnsColumn });

test('a system is asked turn by turn on its own answers, is judged as a whole, and goes on after a stop', async () => {
  await using core = await TestCore.start();
  const { answers, evaluations, prompts } = core.client;
  const a = await core.addModel({ contextLength: 2048 });
  const long = ['Name a tree.', `Why ${'so '.repeat(4000)}?`];
  const asked = [
    { turns: words },
    { prompt: 'One turn.' },
    { turns: words.slice(0, 2) },
    { turns: long },
  ];
  const path = core.writeLines('talks.jsonl', asked);
  const { set } = await prompts.import({ path });
  expect(set).toMatchObject({ prompts: 4, dialogues: 3 });
  const rows = asked.map((row) => ({ ...row, output: (row.turns ?? ['']).map(() => 'Elm') }));
  const { answersId } = await answers.import({
    path: core.writeLines('elm.jsonl', rows),
    promptSetId: set.id,
    name: 'Elm',
  });
  const b = { answersId };
  const { db } = requireSession(core.core.context.core).file;
  const create = { name: 'e', promptSetId: set.id, a, b, sampling, parallel: 2 };
  const { evaluationId: id, jobId } = await evaluations.create(create);
  expect(await core.job(jobId)).toMatchObject({ state: 'succeeded', progress: { total: 12 } });
  // A turn that cannot be asked fails its dialogue, and no other.
  expect(await evaluations.get({ id })).toMatchObject({
    readyPairs: 3,
    failures: [
      { ordinal: 3, reason: expect.stringMatching(/^Turn 2 of the dialogue: The prompt has/) },
    ],
  });
  expect(await evaluations.comparison({ id, ordinal: 3 })).toBeNull();
  const [talk, single, short] = comparisonsOf(db, id);
  expect([talk?.a?.turns.length, single?.a?.turns, short?.b?.turns.length]).toEqual([3, [], 2]);
  for (const { prompt, a: answered } of [talk, short].flatMap((one) => one ?? []))
    for (const [turn, { identity }] of (answered?.turns ?? []).entries()) {
      const before = (answered?.turns ?? []).slice(0, turn).map(({ output }) => output);
      const messages = turnPrompt(prompt, before);
      const seed = 'sampling' in identity && identity.sampling.seed;
      expect(seed).toBe(answerSeed(7, { messages }, 0));
    }
  const pair = await evaluations.comparison({ id, ordinal: 0 });
  const side = talk?.leftSide === 'a' ? 'left' : 'right';
  expect(pair?.dialogue?.map(({ asked }) => asked)).toEqual(words);
  const said = talk?.a?.turns.map(({ output }) => output) ?? [];
  expect(pair?.dialogue?.map((turn) => turn[side])).toEqual(said);
  expect(pair?.[side]).toContain(`Name a tree.\n\nAssistant: ${said[0]}\n\nUser: Another one?`);
  expect((await evaluations.comparison({ id, ordinal: 1 }))?.dialogue).toBeNull();
  await evaluations.vote({ comparisonId: pair?.comparisonId ?? '', verdict: 'left' });
  await evaluations.reveal({ id });
  const { text } = await evaluations.report({ id, format: 'json' });
  const report = evaluationReportSchema.parse(JSON.parse(text));
  expect(report.disagreements).toEqual([]);
  expect(report.items[0]?.a.turns.map(({ output }) => output)).toEqual(
    talk?.a?.turns.map(({ output }) => output),
  );
  for (const format of ['html', 'markdown'] as const) {
    const written = (await evaluations.report({ id, format })).text;
    for (const shown of ['Turn 3, user', 'Why that?']) expect(written).toContain(shown);
  }
  // As a stop behind the first turn leaves it: the rest is made as it was.
  const systemId = findEvaluation(db, 'id', id)?.systemAId ?? '';
  const ofTalk = () =>
    get(
      db,
      rowOf,
      `SELECT prompt_id AS id, turns_json AS turns FROM generation
       WHERE system_id = @systemId AND turns_json IS NOT NULL AND finish <> 'failed' ORDER BY prompt_id LIMIT 1`,
      { systemId },
    );
  const before = ofTalk();
  const promptId = before?.id ?? '';
  run(db, 'DELETE FROM generation WHERE system_id = @systemId AND prompt_id = @promptId', {
    systemId,
    promptId,
  });
  const kept = (before?.turns ?? []).slice(0, 1).map((turn) => ({ ...turn, durationMs: 98_765 }));
  storeUnfinished(db, { systemId, promptId }, kept);
  await core.job((await evaluations.create({ ...create, name: 'again' })).jobId);
  expect(unfinishedTurns(db, { systemId, promptId })).toEqual([]);
  expect(ofTalk()?.turns[0]).toEqual(kept[0]);
  const [again] = comparisonsOf(db, id);
  expect(again?.a).toMatchObject({ output: talk?.a?.output, integrity: 'verified' });
});

test('imported dialogues are matched whole, compared, and given to a packet turn by turn', async () => {
  await using core = await TestCore.start();
  const { answers, evaluations, packets, project, prompts } = core.client;
  const path = core.writeLines('talks.jsonl', [{ messages: words.map(user) }]);
  const { set } = await prompts.import({ path });
  const importOf = async (name: string, output: string[]) => {
    const file = core.writeLines(`${name}.jsonl`, [{ messages: words.map(user), output }]);
    const input = { path: file, promptSetId: set.id, name };
    expect(await answers.import(input)).toMatchObject({ added: 1, missingTotal: 0 });
    return await answers.import(input);
  };
  const a = await importOf('A', ['Oak', 'Elm', 'It grows.']);
  const b = await importOf('B', ['Ash', 'Yew', 'Because.']);
  expect([a, b]).toMatchObject([{ known: 1 }, { known: 1 }]);
  const short = core.writeLines('short.jsonl', [{ messages: words.map(user), output: 'Oak' }]);
  const refusal = refusalOf(answers.import({ path: short, promptSetId: set.id, name: 'C' }));
  expect(await refusal).toMatchObject({ message: expect.stringContaining('1 of the 3 turns') });
  const { evaluationId: id, jobId } = await evaluations.create({
    name: 'e',
    promptSetId: set.id,
    a: { answersId: a.answersId },
    b: { answersId: b.answersId },
  });
  await core.job(jobId);
  const pair = await evaluations.comparison({ id });
  const sides = pair?.dialogue?.map(({ left, right }) => [left, right].toSorted());
  expect(sides).toEqual([
    ['Ash', 'Oak'],
    ['Elm', 'Yew'],
    ['Because.', 'It grows.'],
  ]);
  const packet = core.path('packet.lima');
  const request = { annotator: 'ann', what: { kind: 'evaluation' as const, evaluationId: id } };
  const started = await packets.write({ ...request, path: packet });
  expect((await core.job(started.jobId)).state).toBe('succeeded');
  await project.close({});
  await project.open({ path: packet });
  const [only] = await evaluations.list();
  const blind = await evaluations.comparison({ id: only?.id ?? '' });
  expect(blind?.dialogue).toEqual(pair?.dialogue);
});
