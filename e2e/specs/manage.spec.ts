import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { courseDataset, openTrainingForm } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { toast } from '../pages/messages.ts';
import { trainingTimeoutMs } from '../pages/train-page.ts';

const shortRecipe = { Rank: '4', Epochs: '2', 'Batch size': '10', 'Learning rate': '0.02' };

test('everything is renamed, noted, tagged and deleted in its list, after a word on what depends on it', async ({
  workbench,
}) => {
  test.setTimeout(2 * trainingTimeoutMs);
  const { page, folder } = workbench;
  const { shell, train } = await openTrainingForm(workbench);
  const files = join(folder, 'school.lima.d', 'runs');
  await train.start({ name: 'first try', dataset: courseDataset, recipe: shortRecipe });
  const runs = page.getByRole('list', { name: 'Runs' });
  const dialog = page.getByRole('dialog');
  const undo = (said: string) => toast(page, said).getByRole('button', { name: 'Undo' }).click();
  await expect(train.run('first try').getByText('8 of 8 steps')).toBeVisible({
    timeout: trainingTimeoutMs,
  });

  await test.step('a model is listed by the name of its file', async () => {
    await expect(runs.getByRole('listitem')).toContainText('pupil');
  });

  await test.step('F2 renames, and the toast takes it back', async () => {
    await runs.getByRole('button', { name: /^first try/ }).focus();
    await page.keyboard.press('F2');
    await dialog.getByLabel('Name').fill('second thoughts');
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    await expect(train.run('second thoughts')).toBeVisible();
    await undo('Renamed to “second thoughts”');
    await expect(train.run('first try')).toBeVisible();
  });

  await test.step('a note and tags stand in the list, and the tags filter it', async () => {
    await runs.getByRole('button', { name: 'More about first try' }).click();
    await page.getByRole('menuitem', { name: 'Note and tags…' }).click();
    await dialog.getByLabel('Note').fill('rank four\nis enough');
    await dialog.getByLabel('Tags').fill('small, keep , small');
    await dialog.getByRole('button', { name: 'Save' }).click();
    const row = runs.getByRole('listitem');
    await expect(row).toContainText('rank four');
    await expect(row).toContainText('keep');
    const filter = page.getByLabel('Runs with tag');
    await expect(filter.getByRole('option')).toHaveText(['All tags', 'keep', 'small']);
    await filter.selectOption('small');
    await expect(row).toHaveCount(1);
  });

  await test.step('models with a tag are found by it, too', async () => {
    await page.getByRole('button', { name: 'New run' }).click();
    await page.getByRole('button', { name: 'More about pupil' }).click();
    await page.getByRole('menuitem', { name: 'Note and tags…' }).click();
    await dialog.getByLabel('Tags').fill('keep');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByLabel('Models with tag').selectOption('keep');
    await expect(train.model('pupil')).toBeVisible();
    await runs.getByRole('button', { name: /^first try/ }).click();
  });

  await test.step('a checkpoint goes with its file, and its record stays', async () => {
    const table = train.run('first try').getByRole('table', { name: 'Checkpoints' });
    await table.getByRole('button', { name: 'More about first try · epoch 1' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await expect(dialog).toContainText('Frees');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(table.getByRole('row', { name: /^1 4 .*The file was deleted\./ })).toBeVisible();
    const [runId = ''] = readdirSync(files);
    expect(readdirSync(join(files, runId))).toEqual(['epoch-002']);
  });

  await test.step('a dataset leaves the list, and the run that was trained on it keeps it', async () => {
    await shell.goTo('Curate');
    await page.getByRole('button', { name: '1 dataset', exact: true }).click();
    await page.getByRole('button', { name: `More about ${courseDataset}` }).click();
    await page.getByRole('menuitem', { name: 'Note and tags…' }).click();
    const naming = page.getByRole('dialog', { name: /^Name, note and tags/ });
    await naming.getByLabel('Tags').fill('keep');
    await naming.getByRole('button', { name: 'Save' }).click();
    await page.getByLabel('Datasets with tag').selectOption('keep');
    await expect(page.getByRole('row', { name: courseDataset })).toBeVisible();
    await page.getByRole('button', { name: `More about ${courseDataset}` }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const question = page.getByRole('dialog', { name: `Delete the dataset “${courseDataset}”?` });
    await expect(question).toContainText(
      '1 run (“first try”) was trained on it and keeps its samples until it is deleted, too.',
    );
    await question.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText('No datasets yet')).toBeVisible();
    await page.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('the disk view counts the run, and Delete asks before it goes', async () => {
    await shell.goTo('Train');
    await page.getByTitle(join(folder, 'school.lima'), { exact: true }).click();
    await page.getByRole('menuitem', { name: 'Disk…' }).click();
    await expect(dialog.getByRole('table', { name: 'Parts' })).toContainText('Project file');
    const byRun = dialog.getByRole('table', { name: 'Runs by size' });
    await expect(byRun).toContainText('first try');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await runs.getByRole('button', { name: /^first try/ }).focus();
    await page.keyboard.press('Delete');
    await expect(dialog.getByRole('button', { name: 'Keep it' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(dialog).toHaveCount(0);
    expect(readdirSync(files)).toHaveLength(1);
    await page.keyboard.press('Delete');
    await expect(dialog).toContainText('1 checkpoint (“epoch 2”) goes with it.');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(train.form).toBeVisible();
    expect(existsSync(files) ? readdirSync(files) : []).toEqual([]);
  });

  await test.step('a model is removed, comes back by the toast, and its file is never touched', async () => {
    await page.getByRole('button', { name: 'More about pupil' }).click();
    await page.getByRole('menuitem', { name: 'Remove…' }).click();
    await expect(dialog).toContainText('The GGUF file stays where it is');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await expect(train.model('pupil')).toHaveCount(0);
    expect(existsSync(join(folder, 'pupil.gguf'))).toBe(true);
    await undo('Removed “pupil”');
    await expect(train.model('pupil')).toBeVisible();
  });
});
