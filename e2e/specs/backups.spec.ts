import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { ShellPage } from '../pages/shell-page.ts';

test('a backup is restored in three clicks, and what was there can be brought back', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  await shell.createProject('notes');
  const backups = shell.dialog('Backups of notes.lima');
  const rows = backups.getByRole('list', { name: 'Backups' }).getByRole('listitem');
  await shell.chooseInProjectMenu('notes', /Backups/);
  await expect(backups).toContainText('No backup yet');
  await backups.getByRole('button', { name: 'Back up now' }).click();
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('0 samples, 0 reviews, 0 votes');
  await expect(rows).toContainText('holds as much');
  await shell.page.keyboard.press('Escape');
  await expect(backups).toHaveCount(0);

  await shell.chooseInProjectMenu('notes', /Backups/);
  await backups.getByRole('button', { name: /^Restore the backup of/ }).click();
  // Three processes read files meanwhile.
  await expect(backups).toHaveCount(0, { timeout: 30_000 });
  await expect(shell.page.getByText(/Restored\. What it was is kept as the backup/)).toBeVisible();
  await shell.chooseInProjectMenu('notes', /Backups/);
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('before a restoring');
});

test('a project that cannot be opened any more offers its backups, and comes back', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const path = await shell.createProject('broken');
  await shell.chooseInProjectMenu('broken', /Backups/);
  const backups = shell.dialog('Backups of broken.lima');
  await backups.getByRole('button', { name: 'Back up now' }).click();
  await expect(backups.getByRole('listitem')).toHaveCount(1);
  await shell.page.keyboard.press('Escape');
  await shell.closeProject('broken');
  writeFileSync(path, 'Not a database any more.');
  await shell.recentProjects.getByRole('button', { name: /broken/ }).click();
  await expect(backups.getByRole('alert')).toContainText('is not a Lima project');
  await backups.getByRole('button', { name: /^Restore the backup of/ }).click();
  await expect(shell.projectButton('broken')).toBeVisible({ timeout: 30_000 });
});

test('a backup that fails says why, and another folder helps', async ({ workbench }) => {
  const shell = new ShellPage(workbench);
  const path = await shell.createProject('blocked');
  writeFileSync(`${path}.backups`, 'in the way');
  await shell.chooseInProjectMenu('blocked', /Backups/);
  const backups = shell.dialog('Backups of blocked.lima');
  await backups.getByRole('button', { name: 'Back up now' }).click();
  await expect(backups.getByRole('alert')).toContainText('Move it away');
  const folder = backups.getByLabel('Folder for the backups of all projects on this machine');
  await folder.fill(join(workbench.folder, 'nowhere'));
  await backups.getByRole('button', { name: 'Use this folder' }).click();
  await expect(backups.getByRole('alert').last()).toContainText('make it first');
  await folder.fill(workbench.folder);
  await backups.getByRole('button', { name: 'Use this folder' }).click();
  await expect(backups).toContainText('blocked.lima-');
  await backups.getByRole('button', { name: 'Back up now' }).click();
  await expect(backups.getByRole('listitem')).toHaveCount(1);
});
