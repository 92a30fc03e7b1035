import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { choosePath, ShellPage } from '../pages/shell-page.ts';

test('a new project opens on its tabs and is found again among the recent ones', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const path = await shell.createProject('field notes');
  await expect(shell.tabs).toHaveText(['Curate', 'Train', 'Chat', 'Evaluate']);
  await expect(shell.counts).toHaveText(/0 pending.*0 accepted.*0 rejected/);
  await shell.closeProject('field notes');
  const entry = shell.recentProjects.getByRole('button', { name: /field notes/ });
  await expect(entry).toContainText(path);
  await entry.click();
  await expect(shell.projectButton('field notes')).toBeVisible();
});

test('a file that is no project is refused with its path, and the open project stays', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  await shell.createProject('kept');
  const impostor = join(workbench.folder, 'holiday.lima');
  writeFileSync(impostor, 'Not a database, only a few words that end with the right letters.');
  await choosePath(workbench, impostor, () => shell.chooseInProjectMenu('kept', /Open project/));
  const toast = shell.page.getByRole('status').filter({ hasText: impostor });
  await expect(toast).toContainText('Open another file');
  await expect(shell.projectButton('kept')).toBeVisible();
  await expect(shell.tabs.first()).toBeVisible();
});

test('the theme changes at each press and is remembered when the page is loaded again', async ({
  workbench,
}) => {
  const { page } = workbench;
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('button', { name: 'Theme: system' }).click();
  const light = await background();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  await expect(page.getByRole('button', { name: 'Theme: dark' })).toBeVisible();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Theme: dark' })).toBeVisible();
  expect(await background()).toBe(dark);
});

test('the command palette finds a command by a few letters and runs it', async ({ workbench }) => {
  const shell = new ShellPage(workbench);
  await shell.createProject('palette');
  await shell.page.keyboard.press('ControlOrMeta+k');
  await shell.page.keyboard.type('gotrai');
  await shell.page.keyboard.press('Enter');
  await expect(shell.page.getByRole('tab', { name: 'Train' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await shell.page.keyboard.press('ControlOrMeta+k');
  await shell.page.keyboard.type('zzzz');
  await expect(shell.dialog('Commands')).toContainText('Nothing is called “zzzz”');
  await shell.page.keyboard.press('Escape');
  await expect(shell.dialog('Commands')).toHaveCount(0);
});

test('the shortcut list names the keys of the shown tab', async ({ workbench }) => {
  const shell = new ShellPage(workbench);
  await shell.createProject('keys');
  await shell.page.getByRole('button', { name: 'New sample' }).waitFor();
  await shell.page.keyboard.press('?');
  const list = shell.dialog('Keyboard shortcuts');
  await expect(list).toContainText('Undo the last review');
  await expect(list).toContainText('Command palette');
  await expect(list).not.toContainText('Send the prompt');
});

test('a dialog that closes gives the keyboard back to the button that opened it', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  await shell.createProject('focus');
  const opener = shell.page.getByRole('button', { name: /^\d+ datasets?$/ });
  await opener.focus();
  await shell.page.keyboard.press('Enter');
  await expect(shell.page.getByRole('dialog')).toBeVisible();
  await shell.page.keyboard.press('Escape');
  await expect(opener).toBeFocused();
});

test('letters that are shortcuts stay letters while one types', async ({ workbench }) => {
  const shell = new ShellPage(workbench);
  await shell.createProject('typing');
  const search = shell.page.getByRole('searchbox', { name: 'Search samples' });
  await search.waitFor();
  await shell.page.keyboard.press('/');
  await expect(search).toBeFocused();
  await shell.page.keyboard.type('nix? /');
  await expect(search).toHaveValue('nix? /');
  await expect(shell.page.getByRole('dialog')).toHaveCount(0);
  await expect(shell.page.getByRole('region', { name: 'New sample' })).toHaveCount(0);
});
