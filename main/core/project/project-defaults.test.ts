import { expect, test } from 'vitest';
import { samplingSchema } from '../../../shared/domain/identity.ts';
import { recipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import { shortRecipe, TestCore } from '../testing/a-core.ts';

test('a new project has no defaults of its own', async () => {
  await using core = await TestCore.start();
  const none = { recipe: null, promptSetId: null, sampling: null };
  expect(await core.client.project.defaults()).toEqual(none);
});

test('what a project keeps comes before what its newest run had, and can be forgotten', async () => {
  await using core = await TestCore.start();
  const { client } = core;
  const { jobId } = await core.startRun(shortRecipe);
  await core.job(jobId);
  const ofRun = recipeSchema.parse(shortRecipe);
  expect((await client.project.defaults()).recipe).toEqual({ value: ofRun, origin: 'newest' });
  const recipe = recipeSchema.parse({ epochs: 7 });
  const sampling = samplingSchema.parse({ temperature: 0 });
  // The adapter that one run goes on from is none that every run does.
  await client.project.keepDefaults({ recipe: { ...recipe, fromAdapter: 'a'.repeat(64) } });
  const kept = await client.project.keepDefaults({ sampling });
  expect(kept).toEqual({
    recipe: { value: recipe, origin: 'project' },
    promptSetId: null,
    sampling: { value: sampling, origin: 'project' },
  });
  await client.project.close();
  await client.project.open({ path: core.projectPath });
  expect(await client.project.defaults()).toEqual(kept);
  const forgotten = await client.project.keepDefaults({ recipe: null });
  expect(forgotten.recipe).toEqual({ value: ofRun, origin: 'newest' });
});

test('a prompt set is kept by what it says; one that the project does not have is refused', async () => {
  await using core = await TestCore.start();
  const { client } = core;
  const path = core.writeLines('asked.jsonl', [{ prompt: 'A?' }, { prompt: 'B?' }]);
  const { set } = await client.prompts.import({ path });
  const kept = await client.project.keepDefaults({ promptSetId: set.id });
  expect(kept.promptSetId).toEqual({ value: set.id, origin: 'project' });
  await expect(client.project.keepDefaults({ promptSetId: 'nowhere' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  expect(await client.project.defaults()).toEqual(kept);
});
