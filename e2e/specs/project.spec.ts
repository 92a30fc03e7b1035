import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { toast } from '../pages/messages.ts';
import { choosePath, ShellPage } from '../pages/shell-page.ts';
import { addEvaluation, conversation, writeProject } from '../sample-files.ts';

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
  await expect(toast(shell.page, impostor)).toContainText('Open another file');
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
  await expect.poll(background).not.toBe(light);
  const dark = await background();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Theme: dark' })).toBeVisible();
  await expect.poll(background).toBe(dark);
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

test('focus lands where work goes on: after a tab, a dialog, a menu, a search and a deletion', async ({
  workbench,
}) => {
  const { page, folder } = workbench;
  const shell = new ShellPage(workbench);
  const path = writeProject(join(folder, 'focus.lima'), [
    { messages: conversation('What is a ketch?', 'A boat with two masts.') },
  ]);
  addEvaluation(path, 'sails', [{ prompt: 'How many masts?', a: 'Two.', b: 'One.' }]);
  await shell.openProject(path);
  const list = page.getByRole('listbox', { name: 'Samples' });
  await expect(list).toBeVisible();

  await test.step('a dialog gives it back to its button, or to the button of its menu', async () => {
    const opener = page.getByRole('button', { name: /^\d+ datasets?$/ });
    await opener.focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('dialog')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(opener).toBeFocused();
    await shell.chooseInProjectMenu('focus', /Disk/);
    await expect(shell.dialog('Disk')).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(shell.projectButton('focus')).toBeFocused();
  });

  await test.step('tabs follow the ARIA pattern, and lead to what is worked on', async () => {
    const tab = (name: string) => page.getByRole('tab', { name });
    await tab('Curate').focus();
    await page.keyboard.press('ArrowLeft');
    await expect(tab('Evaluate')).toBeFocused();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await expect(tab('Train')).toBeFocused();
    await expect(tab('Curate')).toHaveAttribute('aria-selected', 'true');
    await expect(tab('Curate')).toHaveAttribute('tabindex', '0');
    await expect(tab('Train')).toHaveAttribute('tabindex', '-1');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await expect(tab('Evaluate')).toHaveAttribute('aria-selected', 'true');
    const panel = page.locator('#panel-evaluate');
    await expect(panel).toHaveAccessibleName('Evaluate');
    await expect(tab('Evaluate')).toHaveAttribute('aria-controls', 'panel-evaluate');
    await expect(panel.getByRole('button', { name: 'New evaluation…' }).last()).toBeFocused();
    await page.keyboard.press('ControlOrMeta+1');
    await expect(list).toBeFocused();
    await page.keyboard.press('ControlOrMeta+2');
    await expect(page.getByRole('tabpanel', { name: 'Train' }).locator(':focus')).toHaveCount(1);
  });

  await test.step('a field that was typed in is gone on with', async () => {
    await shell.goTo('Curate');
    await page.keyboard.press('n');
    const field = page.getByRole('textbox', { name: /^Text of turn 1/ });
    await field.fill('Half a question');
    await page.keyboard.press('ControlOrMeta+2');
    await shell.goTo('Curate');
    await expect(field).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(list).toBeFocused();
  });

  await test.step('Esc in the search leads back to the list, and clears it', async () => {
    await page.keyboard.press('/');
    const search = page.getByRole('searchbox', { name: 'Search samples' });
    await search.fill('nowhere');
    await expect(page.getByText('Nothing matches')).toBeVisible();
    await search.press('Escape');
    await expect(list).toBeFocused();
    await expect(search).toHaveValue('');
  });

  await test.step('what was deleted leaves it to what is shown instead', async () => {
    await shell.goTo('Evaluate');
    await page.getByRole('button', { name: 'More about sails' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const question = page.getByRole('dialog', { name: 'Delete the evaluation “sails”?' });
    await question.getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByRole('button', { name: 'More about sails' })).toHaveCount(0);
    const panel = page.getByRole('tabpanel', { name: 'Evaluate' });
    await expect(panel.getByRole('button', { name: 'New evaluation…' }).last()).toBeFocused();
  });

  await test.step('who wants less motion sees nothing move', async () => {
    const moving = () =>
      page.evaluate(() => {
        const spinner = document.createElement('i');
        spinner.className = 'spin';
        document.body.append(spinner);
        const running = document.getAnimations().map(({ effect }) => effect?.getComputedTiming());
        spinner.remove();
        return running.map((timing) => Number(timing?.endTime)).filter((ms) => ms > 1000);
      });
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await moving()).not.toEqual([]);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await moving()).toEqual([]);
  });
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
