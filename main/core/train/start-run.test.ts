import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import { getString } from '../../gguf/header/gguf-file.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { TestCore } from '../testing/a-core.ts';
import { describeReasons } from './encode-dataset.ts';

test('a warm-up beyond the run and a broken template are refused, a run that failed frees its name', async () => {
  await using core = await TestCore.start();
  const { modelId } = await core.addModel();
  const datasetId = await core.freezeDataset();
  const start = (recipe: RecipeInput) =>
    core.client.runs.start({ modelId, datasetId, name: 'first', recipe });
  await expect(start({ epochs: 1, warmupSteps: 2 })).rejects.toMatchObject({
    code: 'INVALID_STATE',
    message: expect.stringContaining('warmupSteps is 2, and the whole run has 1 step'),
  });
  const chatTemplate = '{% for m in messages %}\n{{ m.content }}\n{% endfor %}\n';
  await expect(start({ chatTemplate: chatTemplate.replace('}}', '}') })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(
      /^The chosen chat template cannot be parsed: .* \(line 2: \{\{ m/,
    ),
  });
  expect(await core.client.runs.list()).toEqual([]);
  // Whether samples are split shows when they are encoded: none was, and the run has not begun.
  const late = await start({ epochs: 1, warmupSteps: 2, overlong: 'split' });
  expect(await core.job(late.jobId)).toMatchObject({
    state: 'failed',
    error: { code: 'INVALID_STATE', message: expect.stringContaining('whole run has 1 step') },
  });
  // Every sample is longer: nothing is left to train on.
  const failing = await start({ maxTokens: 8, overlong: 'drop' });
  expect(await core.job(failing.jobId)).toMatchObject({
    state: 'failed',
    error: { code: 'NOTHING_TO_TRAIN', message: expect.stringContaining('of “four” none') },
  });
  const again = await start({ epochs: 1, rank: 2, batchSize: 4, chatTemplate });
  expect(await core.job(again.jobId)).toMatchObject({ state: 'succeeded' });
  const run = await core.client.runs.get({ id: again.runId });
  expect(run.recipe.chatTemplate).toBe(chatTemplate);
  const templateSha256 = createHash('sha256').update(chatTemplate).digest('hex');
  expect(run.encodeReport).toMatchObject({ templateSha256 });
  // Its turns end with a line break, which no vocabulary stops at.
  expect(run.events.map(({ message }) => message).join()).toMatch(/ends earlier answers without/);
  const header = await readGguf(run.checkpoints[0]?.path ?? '');
  expect(getString(header, 'tokenizer.chat_template')).toBe(chatTemplate);
  const names = (await core.client.runs.list()).map(({ name, state }) => [name, state]);
  expect(names).toEqual([
    ['first', 'succeeded'],
    ['first (failed) 2', 'failed'],
    ['first (failed)', 'failed'],
  ]);
  await expect(start({})).rejects.toMatchObject({ code: 'NAME_TAKEN' });
});

/** A template that tells the speakers apart by their role, as it is written. */
const written = (role: string) =>
  `{% for m in messages %}${role}: {{ m.content }}{{ eos_token }}{% endfor %}` +
  '{% if add_generation_prompt %}assistant: {% endif %}';

test('a run goes on from a checkpoint or a file that fits its base and recipe', async () => {
  await using core = await TestCore.start();
  const base = await core.addModel();
  const other = await core.addModel({ seed: 9 }, 'other.gguf');
  const datasetId = await core.freezeDataset();
  const recipe = { epochs: 1, batchSize: 4, rank: 2, alpha: 4, threads: 1, learningRate: 0.01 };
  const start = (
    fields: RecipeInput,
    more: { adapterPath?: string; otherBase?: boolean } = {},
    on = base,
  ) =>
    core.client.runs.start({
      modelId: on.modelId,
      datasetId,
      recipe: { ...recipe, ...fields },
      ...more,
    });
  const runOf = async ({ runId, jobId }: { runId: string; jobId: string }) => {
    expect(await core.job(jobId)).toMatchObject({ state: 'succeeded' });
    return await core.client.runs.get({ id: runId });
  };
  const chatTemplate = written('{{ m.role }}');
  const first = await runOf(await start({ devShare: 0.25, chatTemplate }));
  const [checkpoint] = first.checkpoints;
  if (!checkpoint) throw new Error('The run left no checkpoint');
  const { sha256: fromAdapter, path: adapterPath } = checkpoint;
  const { modelId } = base;
  expect(await core.client.runs.inspectAdapter({ modelId, fromAdapter })).toMatchObject({
    sha256: fromAdapter,
    rank: 2,
    alpha: 4,
    targets: 'all',
    chatTemplate,
    adapterBaseSha256: base.sha256,
  });
  const second = await runOf(await start({ fromAdapter, devShare: 0.25 }));
  expect(second.recipe).toMatchObject({ fromAdapter, rank: 2, chatTemplate });
  expect((await core.client.project.defaults()).recipe?.value.fromAdapter).toBe('');
  expect(second.devLosses[0]?.loss).toBe(first.devLosses.at(-1)?.loss);

  await expect(start({ fromAdapter, rank: 8, targets: 'mlp' })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/rank is 8, that of the adapter 2; targets is mlp, .* all/),
  });
  await expect(start({ fromAdapter: 'a'.repeat(64) })).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringMatching(/No checkpoint of the project has the SHA-256 aaaa/),
  });
  await expect(start({ fromAdapter }, {}, other)).rejects.toMatchObject({
    code: 'ADAPTER_OTHER_BASE',
    data: { baseSha256: other.sha256, adapterBaseSha256: base.sha256 },
  });
  // A copy of the file, which itself says nothing of its base.
  const copy = core.path('copied.gguf');
  copyFileSync(adapterPath, copy);
  await expect(start({}, { adapterPath: copy }, other)).rejects.toMatchObject({
    code: 'ADAPTER_OTHER_BASE',
    data: { path: copy, baseSha256: other.sha256, adapterBaseSha256: base.sha256 },
  });
  const named = { modelId, datasetId, recipe: { ...recipe, fromAdapter }, name: second.name };
  await expect(core.client.runs.start(named)).rejects.toMatchObject({ code: 'NAME_TAKEN' });
  const folders = readdirSync(join(core.path('p.lima.d'), 'runs'));
  expect(folders.toSorted()).toEqual([first.id, second.id].toSorted());

  // Another base or template is allowed on purpose, and told; a file has the hash of the checkpoint it is.
  const changed = { fromAdapter, chatTemplate: written('{{ m.role | upper | lower }}') };
  const third = await runOf(await start(changed, { otherBase: true }, other));
  expect(third.events).toMatchObject([
    { kind: 'warning', message: expect.stringContaining('with another chat template') },
    { kind: 'warning', message: expect.stringContaining('trained on another base') },
  ]);
  const fourth = await runOf(await start({}, { adapterPath }));
  expect(fourth.recipe).toMatchObject({ fromAdapter, chatTemplate });
});

test('samples that were left out are told by reason, the most frequent first', () => {
  expect(describeReasons([])).toBe('the dataset is empty');
  expect(describeReasons(['too long', 'too long'])).toBe('too long');
  expect(describeReasons(['no end', 'too long', 'too long'])).toBe('2 × too long; 1 × no end');
  const many = Array.from({ length: 7 }, (_, index) => `reason ${index}`);
  expect(describeReasons(many)).toMatch(/^1 × reason 0; .*1 × reason 4; and 2 more reasons$/);
});
