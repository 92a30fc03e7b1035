import { join } from 'node:path';
import { writeModel } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { CuratePage } from '../pages/curate-page.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { TokenXrayPage, TrainPage } from '../pages/train-page.ts';
import { conversation, writeProject } from '../sample-files.ts';
import type { Workbench } from '../workbench.ts';

const essay = 'A sentence of an essay that goes on and on. '.repeat(12);

/** Opens the form of a run with a model and a dataset of six short samples and two essays. */
async function openForm(workbench: Workbench): Promise<TrainPage> {
  const path = writeProject(join(workbench.folder, 'mixed.lima'), [
    ...Array.from({ length: 6 }, (_, index) => ({
      source: 'forum',
      messages: conversation(`What is ${index} in French?`, `Numéro ${index}.`),
    })),
    { source: 'essays', messages: conversation('Write an essay.', essay) },
    { source: 'essays', messages: conversation(`Shorten this: ${essay}`, 'An essay.') },
  ]);
  const shell = new ShellPage(workbench);
  await shell.openProject(path);
  const curate = new CuratePage(workbench.page);
  await curate.acceptAll('8 samples');
  const datasets = await curate.freeze('mixed');
  await datasets.getByRole('button', { name: 'Close' }).click();
  await shell.goTo('Train');
  const train = new TrainPage(workbench);
  const model = await writeModel(workbench, { name: 'reader' });
  await train.addModel(model.path, 'reader');
  await train.form.getByRole('radio', { name: 'mixed' }).check();
  return train;
}

test('what a run would cut, leave out and train is seen token by token before it starts', async ({
  workbench,
}) => {
  const train = await openForm(workbench);
  await train.recipeField('Longest sample').fill('200');
  // The form looks for itself, a moment after the last change, and says what it found.
  const ahead = train.form.getByRole('group', { name: 'Samples', exact: true });
  await expect(ahead).toContainText('2 samples would not come as meant:', { timeout: 30_000 });
  await expect(ahead.getByRole('listitem')).toHaveText([/Cut at 200 tokens/, /Left out/]);
  const { page } = workbench;
  const xray = new TokenXrayPage(page);
  await xray.open(8);
  const sources = xray.view.getByRole('table', { name: 'Totals by source' }).getByRole('row');
  await expect(sources).toHaveCount(3);
  await expect(sources.nth(1)).toContainText(/essays.*25 % of samples/);

  await xray.view.getByRole('button', { name: '1 sample cut' }).click();
  await expect(xray.rows).toHaveText([/Write an essay/]);
  await page.keyboard.press('j');
  await expect(xray.sample).toContainText('and the last end of turn are never seen');
  await expect(xray.tokens('trained').first()).toBeVisible();
  await expect(xray.tokens('masked').first()).toHaveText('<|im_start|>');
  await xray.sample.getByRole('region', { name: 'Tokens' }).hover();
  await page.mouse.wheel(0, 20_000);
  await expect(xray.sample.getByText('Cut at 200 tokens: nothing below is seen')).toBeVisible();
  await expect(xray.tokens('not seen').last()).toBeVisible();

  await xray.filterBy('State', 'Left out');
  await expect(xray.rows).toHaveText([/Shorten this/]);
  await xray.filterBy('State', 'Any state');
  await xray.filterBy('Source', 'forum');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expect(xray.sample).toContainText('What is 0 in French?');
  await expect(xray.sample.getByTitle(/byte C3, part of “é”/)).toHaveText('C3');

  await page.keyboard.press('c');
  await expect(new CuratePage(page).detail).toContainText('What is 0 in French?');
});

test('a long sample is shown in the sequences it would be split into', async ({ workbench }) => {
  const train = await openForm(workbench);
  await train.recipeField('Longest sample').fill('200');
  await train.form.getByRole('combobox', { name: 'Longer samples' }).selectOption('split');
  const xray = new TokenXrayPage(workbench.page);
  await xray.open(8);
  await xray.filterBy('State', 'Split');
  await xray.rows.first().click();
  await expect(xray.sample).toContainText(/Split into [2-9] sequences of at most 200 tokens/);
  await expect(xray.sample).toContainText(/Sequence 1 of [2-9]: 200 tokens/);
  await xray.sample.getByRole('region', { name: 'Tokens' }).hover();
  await workbench.page.mouse.wheel(0, 700);
  await expect(xray.tokens('repeated').first()).toBeVisible();

  await workbench.page.keyboard.press('Escape');
  await expect(train.startButton).toHaveText('Start training');
});
