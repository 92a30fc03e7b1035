import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { evaluationReportSchema } from '../../../shared/domain/report/evaluation-report.ts';
import { refusalOf, TestCore } from '../testing/a-core.ts';

const questions = ['Why?', 'How?', 'Where?'];

async function withSet(core: TestCore): Promise<string> {
  const path = core.writeLines(
    'asked.jsonl',
    questions.map((prompt) => ({ prompt })),
  );
  return (await core.client.prompts.import({ path })).set.id;
}

async function reportOf(core: TestCore, id: string) {
  const { text } = await core.client.evaluations.report({ id, format: 'json' });
  return evaluationReportSchema.parse(JSON.parse(text));
}

test('a file of answers is added once, and every row of it and every prompt without one is told', async () => {
  await using core = await TestCore.start();
  const promptSetId = await withSet(core);
  const path = core.writeLines('gpt4.json', [
    { instruction: ' Why? ', output: 'Because.', generator: 'gpt4' },
    { instruction: 'Who?', output: 'Me.', generator: 'gpt4' },
    { instruction: 'How?', output: 'So.', generator: 'gpt4' },
    { instruction: 'How?', output: 'Otherwise.', generator: 'gpt4' },
    { instruction: 'Where?' },
  ]);
  const input = { path, promptSetId, name: 'GPT-4' };
  const first = await core.client.answers.import(input);
  expect(first).toMatchObject({
    read: 5,
    added: 2,
    known: 0,
    unmatched: [{ line: 2, prompt: 'Who?', reason: 'no prompt of the set has these words' }],
    conflicts: [{ line: 4, ordinal: 1 }],
    errors: [{ line: 5, message: expect.stringContaining('no answer') }],
    missing: [{ ordinal: 2, prompt: 'Where?' }],
  });
  const again = await core.client.answers.import(input);
  expect(again).toMatchObject({ answersId: first.answersId, added: 0, known: 2 });
  const [listed, ...others] = await core.client.answers.list();
  expect(others).toEqual([]);
  expect(listed).toMatchObject({
    name: 'GPT-4',
    answers: 2,
    sets: [{ promptSetId, answers: 2 }],
    origins: [
      {
        importedFrom: 'gpt4.json',
        fileSha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
        generator: 'gpt4',
        answers: 2,
      },
    ],
  });
  const other = core.writeLines('other.jsonl', [
    { prompt: 'Why?', output: 'No reason.' },
    { ordinal: 2, output: 'Here.' },
  ]);
  expect(await core.client.answers.import({ ...input, path: other })).toMatchObject({
    added: 1,
    conflicts: [{ line: 1, ordinal: 0 }],
    missingTotal: 0,
  });
  const strange = core.writeLines('strange.jsonl', [{ prompt: 'Who?', output: 'Me.' }]);
  expect(await refusalOf(core.client.answers.import({ ...input, path: strange }))).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(
      /^None of 1 answer .* Line 1, “Who\?”: no prompt .* Nothing was/,
    ),
  });
});

test('two systems of imported answers are compared without a model, and the report says from where they are', async () => {
  await using core = await TestCore.start();
  const promptSetId = await withSet(core);
  const hostile = `<script>alert(1)</script>\u202E\u0000${'x'.repeat(200_000)}`;
  const idOf = async (name: string, rows: object[]) => {
    const path = core.writeLines(`${name}.jsonl`, rows);
    return (await core.client.answers.import({ path, promptSetId, name })).answersId;
  };
  const a = await idOf('A', [
    { prompt: 'Why?', output: hostile, generator: 'claude' },
    { prompt: 'How?', output: 'Same.' },
  ]);
  const b = await idOf('B', [
    { prompt: 'Why?', output: '' },
    { prompt: 'How?', output: 'Same.' },
    { prompt: 'Where?', output: 'Here.' },
  ]);
  const create = (of: object = {}) =>
    core.client.evaluations.create({
      name: 'e',
      promptSetId,
      a: { answersId: a },
      b: { answersId: b },
      ...of,
    });
  expect(await refusalOf(create({ b: { answersId: a } }))).toMatchObject({ code: 'INVALID_INPUT' });
  const { evaluationId: id, jobId } = await create();
  expect((await core.job(jobId)).state).toBe('succeeded');
  const reason = 'No answer to this prompt was imported.';
  expect(await core.client.evaluations.get({ id })).toMatchObject({
    comparisons: 3,
    readyPairs: 2,
    failures: [{ ordinal: 2, system: null, reason }],
  });
  const pair = await core.client.evaluations.comparison({ id });
  expect(new Set([pair?.left, pair?.right])).toEqual(new Set(['', hostile]));
  const comparisonId = pair?.comparisonId ?? '';
  await core.client.evaluations.vote({ comparisonId, verdict: 'left' });
  // The answer that lacked comes later, and is voted on as the others.
  await idOf('A', [{ prompt: 'Where?', output: 'There.' }]);
  expect(await core.client.evaluations.get({ id })).toMatchObject({ readyPairs: 3, failed: 0 });
  expect((await core.client.evaluations.comparison({ id }))?.ordinal).toBe(2);
  expect(await core.client.evaluations.reveal({ id })).toMatchObject({
    systemA: 'A',
    systemB: 'B',
  });
  const report = await reportOf(core, id);
  expect(report.disagreements).toEqual([]);
  expect(report.systems.a).toMatchObject({
    name: 'A',
    identities: [],
    imported: [
      { importedFrom: 'A.jsonl', generator: 'claude' },
      { importedFrom: 'A.jsonl', generator: null },
      { generator: null },
    ],
  });
  expect(report.items[0]?.a).toMatchObject({ output: hostile, finish: null, seed: null });
  expect(report.warnings.join('\n')).toContain(
    'System A: its answers were imported from “A.jsonl”, which names “claude”; what gave them',
  );
  const html = await core.client.evaluations.report({ id, format: 'html' });
  expect(html.text).not.toContain('<script>alert');
  expect(html.text).toContain('SHA-256 of that file');
});

test('imported answers meet a model that answers alone, and outlive the evaluation until they are deleted', async () => {
  await using core = await TestCore.start();
  const promptSetId = await withSet(core);
  const { modelId } = await core.addModel();
  const path = core.writeLines('a.jsonl', [{ prompt: 'Why?', output: 'Because.' }]);
  const input = { path, promptSetId, name: 'GPT-4' };
  const { answersId } = await core.client.answers.import(input);
  const { evaluationId: id, jobId } = await core.client.evaluations.create({
    name: 'e',
    promptSetId,
    a: { modelId },
    b: { answersId },
    sampling: { maxTokens: 4 },
  });
  await core.job(jobId);
  const summary = await core.client.evaluations.reveal({ id });
  expect(summary).toMatchObject({ readyPairs: 1, failed: 2, generatedA: 3, systemB: 'GPT-4' });
  const { systems, disagreements } = await reportOf(core, id);
  expect(disagreements).toEqual([]);
  expect([systems.a.identities.length, systems.a.imported]).toEqual([1, []]);
  await core.client.things.label({ thing: 'answers', id: answersId, name: 'GPT-4 (March)' });
  const plan = await core.client.things.planDeletion({ thing: 'answers', id: answersId });
  expect(plan.dependents).toMatchObject([{ what: 'evaluation', total: 1, names: ['e'] }]);
  await core.client.things.delete({ thing: 'evaluation', id });
  expect(await core.client.answers.list()).toMatchObject([{ name: 'GPT-4 (March)', answers: 1 }]);
  await core.client.things.delete({ thing: 'answers', id: answersId });
  expect(await core.client.answers.list()).toEqual([]);
  const create = core.client.evaluations.create({
    name: 'later',
    promptSetId,
    a: { modelId },
    b: { answersId },
  });
  expect(await refusalOf(create)).toMatchObject({ code: 'NOT_FOUND' });
  // The name is free again.
  const fresh = await core.client.answers.import({ ...input, name: 'GPT-4 (March)' });
  expect(fresh.answersId).not.toBe(answersId);
});
