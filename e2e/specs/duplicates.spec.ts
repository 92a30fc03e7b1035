import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { CuratePage } from '../pages/curate-page.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { conversation, writeProject } from '../sample-files.ts';

test('of samples that say the same one is kept, and the others come back by undo', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const answer = 'A ketch carries two masts, and the one that stands aft is the shorter of them.';
  const path = writeProject(join(workbench.folder, 'alike.lima'), [
    { source: 'harbour', messages: conversation('What is a ketch?', answer) },
    { source: 'harbour', messages: conversation('What is a ketch?!', `${answer} So it is.`) },
    { source: 'garden', messages: conversation('When are plums ripe?', 'In August.') },
  ]);
  await shell.openProject(path);
  const { page } = workbench;
  await expect(new CuratePage(page).rows).toHaveCount(3);
  await page.getByRole('button', { name: 'Review all' }).click();
  await page.getByRole('menuitem', { name: 'Find duplicates…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Duplicates' });
  await expect(dialog).toContainText('Group 1 of 1: 2 samples, at least 85 % alike');
  await expect(dialog.getByRole('article')).toHaveCount(2);
  await dialog
    .getByLabel('Alike are samples with')
    .selectOption({ label: '90 % of three-word runs in common' });
  await expect(dialog).toContainText('No two say the same among 3 samples');
  await dialog
    .getByLabel('Alike are samples with')
    .selectOption({ label: '40 % of three-word runs in common' });
  await expect(dialog.getByRole('article')).toHaveCount(2);
  await dialog.getByRole('button', { name: 'Keep all' }).focus();
  await page.keyboard.press('2');
  await expect(dialog).toContainText('That was the last group');
  await expect(shell.counts).toHaveText(/2 pending.*1 rejected/);
  await dialog.getByRole('button', { name: 'Back to it' }).click();
  await expect(dialog.getByRole('article', { name: 'Sample 1' })).toContainText('rejected');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(dialog.getByRole('article', { name: 'Sample 1' })).toContainText('pending');
});
