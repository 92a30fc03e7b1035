import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { answerSeed } from '../../shared/domain/evaluate/answer-seed.ts';
import { evaluationReportSchema } from '../../shared/domain/report/evaluation-report.ts';
import { openProjectFile } from '../store/file/open-project-file.ts';
import { shortRecipe, refusalOf, TestCore } from './testing/a-core.ts';
import { startEvaluation } from './testing/an-evaluation.ts';

/** Closes the project, changes a row behind the program's back, and opens it again. */
async function tamper(core: TestCore, sql: string): Promise<void> {
  await core.client.project.close();
  const file = openProjectFile(core.projectPath);
  expect(file.db.prepare(sql).run().changes).toBeGreaterThan(0);
  file.close();
  await core.client.project.open({ path: core.projectPath });
}

const notWhatWasFrozen = (what: string, name: string) => ({
  code: 'PROJECT_INVALID',
  message: expect.stringMatching(
    new RegExp(
      `^The ${what} “${name}” is not what was frozen: its content has the hash [0-9a-f]{64} where ` +
        '[0-9a-f]{64} is written down\\.',
    ),
  ),
});

// What somebody can do to a dataset without changing its hash.
const deeds: Record<string, string> = {
  'a sample has other words':
    "UPDATE sample_version SET messages_json = replace(messages_json, 'Answer number 2', 'No')",
  'a message is kept out of the loss':
    "UPDATE sample_version SET messages_json = json_set(messages_json, '$[1].weight', 0)",
  'a sample is left out': 'DELETE FROM dataset_item WHERE ordinal = 3',
  'a sample is there twice':
    'UPDATE dataset_item SET version_id = (SELECT version_id FROM dataset_item WHERE ordinal = 0)',
  'two samples are swapped': `UPDATE dataset_item SET version_id =
      (SELECT version_id FROM dataset_item AS other WHERE other.ordinal = 1 - dataset_item.ordinal)
    WHERE ordinal < 2`,
};

test.each(Object.entries(deeds))(
  'a dataset in which %s is neither exported, looked at nor trained on under its old hash',
  async (_, sql) => {
    await using core = await TestCore.start();
    const { modelId } = await core.addModel();
    const datasetId = await core.freezeDataset();
    await tamper(core, sql);
    const path = core.path('out.jsonl');
    const refused = notWhatWasFrozen('dataset', 'four');
    const exporting = core.client.datasets.export({ datasetId, path, format: 'messages' });
    expect(await refusalOf(exporting)).toMatchObject(refused);
    const looking = async () => {
      const recipe = { ...shortRecipe };
      for await (const _ of await core.client.xray.open({ modelId, datasetId, recipe })) break;
    };
    expect(await refusalOf(looking())).toMatchObject(refused);
    const started = await core.client.runs.start({ modelId, datasetId, recipe: shortRecipe });
    const job = await core.job(started.jobId);
    expect(job).toMatchObject({ state: 'failed', error: refused });
  },
);

test.each(['a sample has other words', 'a message is kept out of the loss'])(
  'nothing is frozen of samples where %s than what was stored, nor put into a packet',
  async (deed) => {
    await using core = await TestCore.start();
    await core.freezeDataset();
    await tamper(core, deeds[deed] ?? '');
    const refused = {
      code: 'PROJECT_INVALID',
      message: expect.stringMatching(
        /^The sample “Question \d\?” \([0-9a-f-]{36}\) is not what was stored/,
      ),
    };
    expect(await refusalOf(core.client.datasets.freeze({ name: 'later' }))).toMatchObject(refused);
    expect((await core.client.datasets.list()).map(({ name }) => name)).toEqual(['four']);
    const path = core.path('packet.lima');
    const what = { kind: 'samples', status: 'accepted' } as const;
    const { jobId } = await core.client.packets.write({ path, annotator: 'you', what });
    expect(await core.job(jobId)).toMatchObject({ state: 'failed', error: refused });
    expect(existsSync(path)).toBe(false);
  },
);

test('an edit of weights alone is a version of its own, and is frozen under another hash', async () => {
  await using core = await TestCore.start();
  const plain = await core.freezeDataset();
  const [row] = await core.client.samples.list({});
  const sample = await core.client.samples.get({ id: row?.id ?? '' });
  const messages = sample.messages.map((message) =>
    message.role === 'assistant' ? { ...message, weight: 0 as const } : message,
  );
  const { id, versionId: baseVersionId } = sample;
  const edited = await core.client.samples.edit({ id, baseVersionId, messages });
  expect(edited.versionOrdinal).toBe(2);
  const weighted = await core.client.datasets.freeze({ name: 'weighted' });
  const found = (await core.client.datasets.list()).find((dataset) => dataset.id === plain);
  expect(weighted.contentHash).not.toBe(found?.contentHash);
  const path = core.path('out.jsonl');
  await core.client.datasets.export({ datasetId: weighted.id, path, format: 'messages' });
  expect(readFileSync(path, 'utf8')).toContain('"weight":0');
  await core.client.datasets.export({
    datasetId: plain,
    path: core.path('o.jsonl'),
    format: 'messages',
  });
});

test.each([
  ['has another text', "UPDATE prompt SET messages_json = replace(messages_json, 'Why', 'How')"],
  ['expects another answer', "UPDATE prompt SET expected = 'no' WHERE expected = 'yes'"],
  ['lacks a prompt', 'DELETE FROM prompt WHERE ordinal = 1'],
])('a prompt set that %s is not asked under its old hash', async (_, sql) => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel();
  const other = await core.addModel({ seed: 2 }, 'second.gguf');
  const path = core.writeLines('asked.jsonl', [
    { prompt: 'Why?', expected: 'yes' },
    { prompt: 'Where?', expected: 'there' },
  ]);
  const { set } = await core.client.prompts.import({ path });
  const datasetId = await core.freezeDataset();
  await tamper(core, sql);
  const refused = notWhatWasFrozen('prompt set', 'asked');
  const evaluating = core.client.evaluations.create({
    name: 'e',
    promptSetId: set.id,
    a: { modelId },
    b: { modelId: other.modelId },
  });
  expect(await refusalOf(evaluating)).toMatchObject(refused);
  const probe = { promptSetId: set.id, sampling: {} };
  const training = core.client.runs.start({ modelId, datasetId, recipe: shortRecipe, probe });
  expect(await refusalOf(training)).toMatchObject(refused);
});

test('an evaluation whose prompts were changed is neither reported nor gone on with under their old hash', async () => {
  await using core = await TestCore.start();
  const { evaluationId, jobId } = await startEvaluation(core, { prompts: 2, maxTokens: 4 });
  await core.job(jobId);
  await core.client.evaluations.reveal({ id: evaluationId });
  const report = () => core.client.evaluations.report({ id: evaluationId, format: 'json' });
  expect((await report()).text).toContain('contentHash');
  await tamper(core, "UPDATE prompt SET messages_json = replace(messages_json, 'Prompt', 'P')");
  expect(await refusalOf(report())).toMatchObject(notWhatWasFrozen('prompt set', 'prompts'));
  await tamper(core, "UPDATE job SET state = 'interrupted' WHERE kind = 'generate'");
  await core.client.jobs.resume({ id: jobId });
  expect(await core.job(jobId)).toMatchObject({
    state: 'failed',
    error: notWhatWasFrozen('prompt set', 'prompts'),
  });
});

test('a report says in words which answers, weights, seeds and sides are not what was stored', async () => {
  await using core = await TestCore.start();
  const chatTemplate = '{% for m in messages %}[{{ m.content }}]{{ eos_token }}{% endfor %}';
  const asked = { prompts: ['Again?', 'Again?'], maxTokens: 4, chatTemplate };
  const { evaluationId: id, jobId } = await startEvaluation(core, asked);
  await core.job(jobId);
  await core.addModel({ seed: 2 }, 'second.gguf');
  const { systemB } = await core.client.evaluations.reveal({ id });
  expect(systemB).toMatch(/^\w+ · template [0-9a-f]{8}$/);
  const report = async () => {
    const { text } = await core.client.evaluations.report({ id, format: 'json' });
    return evaluationReportSchema.parse(JSON.parse(text));
  };
  expect((await report()).disagreements).toEqual([]);
  expect((await report()).warnings.join()).not.toContain('no hash');
  const ofA = 'system_id = (SELECT system_a_id FROM evaluation)';
  await tamper(core, `UPDATE generation SET output = output || '!' WHERE ${ofA}`);
  expect((await report()).disagreements).toEqual([
    expect.stringMatching(/^2 answers of A \(1, 2\): each is not what was generated/),
  ]);
  const { text } = await core.client.evaluations.report({ id, format: 'markdown' });
  expect(text).toContain('## Does not agree');
  const html = await core.client.evaluations.report({ id, format: 'html' });
  expect(html.text).toContain('<h2>Does not agree</h2>');
  await tamper(
    core,
    `UPDATE generation SET output = substr(output, 1, length(output) - 1) WHERE ${ofA}`,
  );
  expect((await report()).disagreements).toEqual([]);
  await tamper(
    core,
    'UPDATE system SET model_id = (SELECT id FROM model WHERE id <> system.model_id)',
  );
  expect((await report()).disagreements).toEqual([
    expect.stringMatching(/^2 answers of A .*other weights gave it than the model of this system/),
    expect.stringMatching(/^2 answers of B .*other weights gave it than the model of this system/),
  ]);
  await tamper(
    core,
    'UPDATE system SET model_id = (SELECT id FROM model WHERE id <> system.model_id)',
  );
  await tamper(
    core,
    "UPDATE system SET chat_template = chat_template || ' ' WHERE chat_template <> ''",
  );
  expect((await report()).disagreements).toEqual([
    expect.stringMatching(/^2 answers of B .*another chat template than this system has/),
  ]);
  await tamper(core, 'UPDATE system SET chat_template = trim(chat_template)');
  await tamper(
    core,
    "UPDATE comparison SET left_side = CASE left_side WHEN 'a' THEN 'b' ELSE 'a' END",
  );
  expect((await report()).disagreements).toEqual([
    expect.stringMatching(/^2 comparisons \(1, 2\): each has other sides than the seed gives/),
  ]);
  await tamper(
    core,
    "UPDATE comparison SET left_side = CASE left_side WHEN 'a' THEN 'b' ELSE 'a' END",
  );
  const messages = [{ role: 'user', content: 'Again?' }];
  expect((await report()).items.map(({ a, b }) => [a.seed, b.seed])).toEqual(
    [0, 1].map((repetition) => Array(2).fill(answerSeed(42, { messages }, repetition))),
  );
  await tamper(core, 'UPDATE generation SET answer_hash = NULL');
  const setSeed = (what: string) =>
    tamper(core, `UPDATE generation SET identity_json = ${what} WHERE ${ofA}`);
  await setSeed("json_set(identity_json, '$.repetition', 7)");
  expect((await report()).disagreements).toEqual([
    expect.stringMatching(/^2 answers of A .*or another seed than this system has/),
  ]);
  // Answers of before: their seed is that of the system and the place of their prompt.
  await setSeed(
    `json_remove(json_set(identity_json, '$.sampling.seed',
       42 + (SELECT ordinal FROM prompt WHERE id = prompt_id)), '$.repetition')`,
  );
  expect((await report()).disagreements).toEqual([]);
  expect((await report()).warnings.join()).not.toContain('configurations');
  expect((await report()).warnings).toContainEqual(
    expect.stringMatching(/^4 answers of an earlier version of this program, which stored no hash/),
  );
});

test('a checkpoint with other bytes than its hash is neither exported nor asked', async () => {
  await using core = await TestCore.start();
  const { jobId, runId, model } = await core.startRun(shortRecipe);
  await core.job(jobId);
  const { checkpoints } = await core.client.runs.get({ id: runId });
  const [checkpoint] = checkpoints;
  if (!checkpoint) throw new Error('The run left no checkpoint');
  writeFileSync(checkpoint.path, 'x'.repeat(checkpoint.sizeBytes));
  const exported = await core.client.runs.export({
    checkpointId: checkpoint.id,
    kind: 'gguf',
    type: null,
    path: core.path('out.gguf'),
  });
  expect(await core.job(exported.jobId)).toMatchObject({
    state: 'failed',
    error: { code: 'MODEL_CHANGED' },
  });
  const asking = async () => {
    const stream = await core.client.chat.send({
      conversationId: 'c',
      pane: 'left',
      system: { modelId: model.modelId, checkpointId: checkpoint.id },
      messages: [{ role: 'user', content: 'Hello' }],
    });
    for await (const _ of stream);
  };
  expect(await refusalOf(asking())).toMatchObject({ code: 'MODEL_CHANGED' });
});
