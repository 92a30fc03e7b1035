import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
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

test('a dataset that was frozen of a sample with other words than its hash is refused in use', async () => {
  await using core = await TestCore.start();
  await core.freezeDataset();
  await tamper(core, deeds['a sample has other words'] ?? '');
  const { id: datasetId } = await core.client.datasets.freeze({ name: 'later' });
  const path = core.path('out.jsonl');
  const exporting = core.client.datasets.export({ datasetId, path, format: 'messages' });
  expect(await refusalOf(exporting)).toMatchObject(notWhatWasFrozen('dataset', 'later'));
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
