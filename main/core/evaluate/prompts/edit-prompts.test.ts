import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TestCore } from '../../testing/a-core.ts';

const prompt = (content: string) => ({ messages: [{ role: 'user' as const, content }] });

/** A set of three prompts, the second of them tagged, with an imported answer to each. */
async function aSet(core: TestCore) {
  const path = core.path('set.jsonl');
  const rows = [
    { prompt: 'One?', expected: '1', license: 'MIT' },
    { prompt: 'Two?', tags: ['sensitive', 'art'] },
    { prompt: 'Three?' },
  ];
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const { set } = await core.client.prompts.import({ path, source: 'here' });
  const file = core.path('answers.jsonl');
  const answers = rows.map((row) => ({ prompt: row.prompt, output: `Answer to ${row.prompt}` }));
  writeFileSync(file, answers.map((row) => `${JSON.stringify(row)}\n`).join(''));
  for (const name of ['Alpha', 'Beta'])
    await core.client.answers.import({ path: file, promptSetId: set.id, name });
  return set;
}

const wordsOf = async (core: TestCore, id: string) =>
  (await core.client.prompts.get({ id })).prompts.map(({ messages }) => messages[0]?.content);

test('an edit is the next version under the same name, and undoing it brings the one before back', async () => {
  await using core = await TestCore.start();
  const { prompts } = core.client;
  const set = await aSet(core);
  const edited = await prompts.edit({
    id: set.id,
    changes: [
      { do: 'replace', ordinal: 1, prompt: prompt('Two, please?') },
      { do: 'move', ordinal: 2, to: 0 },
      { do: 'add', prompt: { ...prompt('Four?'), tags: ['new'] } },
    ],
  });
  expect(edited).toMatchObject({ name: set.name, version: 2, prompts: 4, source: 'here' });
  expect(edited.contentHash).not.toBe(set.contentHash);
  expect(await wordsOf(core, edited.id)).toEqual(['Three?', 'One?', 'Two, please?', 'Four?']);
  // People's tags go with the prompt that they were given to.
  expect(edited.tagCounts.map(({ tag }) => tag)).toEqual(['art', 'new', 'sensitive']);
  expect((await prompts.list()).map(({ id }) => id)).toEqual([edited.id]);
  const page = await prompts.get({ id: set.id });
  expect(page).toMatchObject({ newestId: edited.id, set: { contentHash: set.contentHash } });
  expect(page.set.name).toBe(`${set.name} (version 1)`);
  await expect(
    prompts.edit({ id: set.id, changes: [{ do: 'delete', ordinals: [0] }] }),
  ).rejects.toMatchObject({ code: 'INVALID_STATE', data: { currentVersionId: edited.id } });
  // Imported answers go with prompts that did not change.
  const [alpha] = await core.client.answers.list();
  expect(alpha?.sets.find(({ promptSetId }) => promptSetId === edited.id)?.answers).toBe(2);

  const undone = await prompts.undoEdit({ id: edited.id });
  expect(undone).toMatchObject({ id: set.id, name: set.name, contentHash: set.contentHash });
  await expect(prompts.undoEdit({ id: set.id })).rejects.toThrow('nothing to undo');
});

test('what an evaluation asked stays as it was asked, whatever becomes of the set', async () => {
  await using core = await TestCore.start();
  const { prompts, evaluations, answers } = core.client;
  const set = await aSet(core);
  const [a, b] = (await answers.list()).map(({ id }) => ({ answersId: id }));
  if (!a || !b) throw new Error('No answers');
  const edited = await prompts.edit({
    id: set.id,
    changes: [{ do: 'delete', ordinals: [1] }],
  });
  const made = await evaluations.create({ name: 'e', promptSetId: edited.id, a, b });
  await core.job(made.jobId);
  const third = await prompts.edit({
    id: edited.id,
    changes: [{ do: 'replace', ordinal: 0, prompt: prompt('Uno?') }],
  });
  // The second version was asked: undoing the third takes that alone away.
  expect((await prompts.undoEdit({ id: third.id })).id).toBe(edited.id);
  // Undoing the second one keeps it, and stores the first once more.
  const again = await prompts.undoEdit({ id: edited.id });
  expect(again).toMatchObject({ contentHash: set.contentHash, version: 3, name: set.name });
  await evaluations.reveal({ id: made.evaluationId });
  const { text } = await evaluations.report({ id: made.evaluationId, format: 'json' });
  expect(JSON.parse(text)).toMatchObject({ promptSet: { contentHash: edited.contentHash } });
  // All of it is deleted together, but for what was asked.
  await core.client.things.delete({ thing: 'prompt-set', id: again.id });
  expect(await prompts.list()).toEqual([]);
  const report = await evaluations.report({ id: made.evaluationId, format: 'json' });
  expect(JSON.parse(report.text)).toMatchObject({
    promptSet: { contentHash: edited.contentHash },
  });
});

test('no change of a set leaves it without prompts, nor a prompt without a question', async () => {
  await using core = await TestCore.start();
  const { prompts } = core.client;
  const { id } = await aSet(core);
  const edit = (change: Parameters<typeof prompts.edit>[0]['changes'][number]) =>
    prompts.edit({ id, changes: [change] });
  await expect(edit({ do: 'delete', ordinals: [0, 1, 2] })).rejects.toThrow('no prompt left');
  await expect(edit({ do: 'delete', ordinals: [3] })).rejects.toThrow('there is no prompt 4');
  await expect(edit({ do: 'add', prompt: prompt(' ') })).rejects.toThrow('turn 1 is empty');
  expect((await prompts.get({ id })).set.version).toBe(1);
});

test('tags are set and taken off by number, and undone; a set comes back as it was exported', async () => {
  await using core = await TestCore.start();
  const { prompts } = core.client;
  const { id } = await aSet(core);
  const tagsOf = async () =>
    (await prompts.get({ id })).prompts.map(({ tags }) => tags.map(({ tag }) => tag));
  const { changed } = await prompts.tag({
    id,
    ordinals: [0, 1],
    add: ['art'],
    remove: ['sensitive'],
  });
  expect(changed).toBe(2);
  expect(await tagsOf()).toEqual([['art'], ['art'], []]);
  expect(await prompts.undoTags()).toEqual({ changed: 2 });
  expect(await tagsOf()).toEqual([[], ['art', 'sensitive'], []]);
  const only = await prompts.get({ id, tag: 'art' });
  expect(only.prompts.map(({ ordinal }) => ordinal)).toEqual([1]);

  const path = core.path('out.jsonl');
  expect(await prompts.export({ id, path })).toMatchObject({ prompts: 3 });
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
    { prompt: 'One?', expected: '1', license: 'MIT' },
    { prompt: 'Two?', tags: ['art', 'sensitive'] },
    { prompt: 'Three?' },
  ]);
  const again = await prompts.import({ path, name: 'again' });
  const before = await prompts.get({ id });
  expect(again.set.contentHash).toBe(before.set.contentHash);
});
