import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { openCourse, trainLesson } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { toast } from '../pages/messages.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { TrainPage } from '../pages/train-page.ts';
import { conversation, writeConversations } from '../sample-files.ts';

declare global {
  interface Window {
    counted?: { requests: number };
  }
}

function countPermissionRequests(): void {
  const counted = { requests: 0 };
  const stub = {
    permission: 'default',
    requestPermission: () => {
      counted.requests += 1;
      stub.permission = 'granted';
      return Promise.resolve('granted');
    },
  };
  Object.assign(window, { Notification: stub, counted });
}

const permissionRequests = (page: Page) => page.evaluate(() => window.counted?.requests);

const option = (page: Page, name: RegExp) => page.getByRole('option', { name });

async function find(shell: ShellPage, words: string, name: RegExp): Promise<void> {
  await shell.page.keyboard.press('ControlOrMeta+k');
  await shell.page.getByRole('combobox', { name: 'Command' }).fill(words);
  await option(shell.page, name).first().click();
  await expect(shell.dialog('Commands')).toHaveCount(0);
}

test('address and title say what is shown: reload stays, back goes back, and what is gone is said', async ({
  workbench,
}) => {
  const shell = await openCourse(workbench);
  const { page } = workbench;
  await trainLesson(workbench, shell);
  const lesson = new TrainPage(workbench).run('lesson');

  await expect(page).toHaveURL(/#\/train\/run\/[\w-]+\?project=school$/);
  await expect(page).toHaveTitle('lesson · Train · school · Lima Workbench');
  const ofRun = page.url();
  await page.reload();
  await expect(lesson).toBeVisible();
  expect(page.url()).toBe(ofRun);

  await shell.goTo('Chat');
  await expect(page).toHaveURL(/#\/chat\?project=school$/);
  await shell.goTo('Evaluate');
  await page.goBack();
  await expect(page.getByRole('tabpanel', { name: 'Chat' })).toBeVisible();
  await page.goBack();
  await expect(lesson).toBeVisible();

  // Jobs lead to what they made.
  await shell.goTo('Chat');
  await page.getByRole('button', { name: 'Jobs', exact: true }).click();
  const jobs = shell.dialog('Jobs');
  await jobs
    .getByRole('article', { name: /lesson/ })
    .getByRole('button', { name: 'Show run' })
    .click();
  await expect(lesson).toBeVisible();

  // The palette finds things by words.
  await find(shell, 'comes after 17', /What comes after 17\?/);
  await expect(page).toHaveURL(/#\/curate\/sample\/[\w-]+\?project=school$/);
  const sample = page.getByRole('tabpanel', { name: 'Curate' });
  await expect(sample.getByText('After 17 comes 18').first()).toBeVisible();
  await page.reload();
  await expect(sample.getByText('After 17 comes 18').first()).toBeVisible();
  await find(shell, 'lesson', /^lesson/);
  await expect(lesson).toBeVisible();

  await page.keyboard.press('ControlOrMeta+k');
  await page.getByRole('combobox', { name: 'Command' }).fill('school');
  await expect(option(page, /^school · 40 samples · \d/)).toBeVisible();
  await page.keyboard.press('Escape');

  const goTo = (fragment: string) =>
    page.evaluate((hash) => {
      location.hash = hash;
    }, fragment);
  await goTo('#/train/run/0000-gone?project=school');
  await expect(toast(page, /run of this address is not in this project any more/)).toBeVisible();
  await goTo('#/evaluate/evaluation/0000-gone');
  await expect(toast(page, /evaluation of this address is not in this project/)).toBeVisible();
  await goTo('#/curate?project=elsewhere');
  await expect(toast(page, /leads to the project “elsewhere”; “school” is open/)).toBeVisible();
  expect(page.url()).not.toContain('token');

  // The first page tells what a project holds and what is next in it.
  await shell.closeProject('school');
  await expect(shell.recentProjects.getByRole('button', { name: /school/ })).toContainText(
    /40 samples · 1 dataset · 1 run · [\d.]+ \w+Next: Chat/,
  );
});

test('what a person sets holds in every window, and after the program was started again', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  await expect(shell.page.getByRole('button', { name: 'New project' })).toBeVisible();
  await shell.page.keyboard.press('ControlOrMeta+,');
  const settings = shell.dialog('Settings');
  const size = () => shell.page.evaluate(() => getComputedStyle(document.body).fontSize);
  expect(await size()).toBe('13px');
  await settings.getByRole('radio', { name: 'Dark' }).click();
  await settings.getByRole('radio', { name: 'Larger' }).click();
  await settings.getByRole('radio', { name: 'Begins a new line' }).click();
  await expect.poll(size).toBe('17px');
  await settings.getByRole('textbox', { name: 'Annotator name' }).fill('Ada');
  await settings.getByRole('button', { name: 'Save name' }).click();
  const tells = settings.getByRole('checkbox', { name: /Tell when a job/ });
  if (!workbench.isDesktop) {
    await shell.page.context().grantPermissions(['notifications']);
    await shell.page.evaluate(countPermissionRequests);
    expect(await permissionRequests(shell.page)).toBe(0);
  }
  await tells.click();
  await expect(tells).toBeChecked();
  if (!workbench.isDesktop) expect(await permissionRequests(shell.page)).toBe(1);
  await workbench.restart('quit');
  await expect(workbench.page.getByRole('button', { name: 'Theme: dark' })).toBeVisible();
  const { page } = workbench;
  await expect.poll(size).toBe('17px');
  await expect(page.getByRole('button', { name: 'Ada' })).toBeVisible();
  await page.getByRole('button', { name: 'Settings and help' }).click();
  await page.getByRole('menuitem', { name: /Settings/ }).click();
  await expect(settings.getByRole('radio', { name: 'Begins a new line' })).toBeChecked();
  await expect(tells).toBeChecked();
  await page.keyboard.press('Escape');

  // Settings are found by the palette as well.
  await find(shell, 'theme light', /Theme: light/);
  await expect(page.getByRole('button', { name: 'Theme: light' })).toBeVisible();

  await shell.runCommand('Help…');
  const help = shell.dialog('Help');
  await expect(help).toContainText('From a dump to a better model');
  await expect(help).toContainText('NAME.lima.d');
  await help.getByRole('button', { name: 'About Lima Workbench' }).click();
  const about = shell.dialog('About Lima Workbench');
  await expect(about).toContainText(/llama\.cpp v?\d/);
  await expect(about).toContainText('user-data');
  await expect(about.getByLabel('Licences of others')).toContainText('better-sqlite3');
});

test('files dropped together are one import with a report of each, and a project is opened', async ({
  workbench,
}) => {
  test.skip(workbench.isDesktop, 'the desktop app is told where dropped files lie');
  const { page, folder } = workbench;
  const shell = new ShellPage(workbench);
  await shell.createProject('target');
  await shell.goTo('Chat');
  const own = readFileSync(writeConversations(folder), 'utf8');
  const one = JSON.stringify({ messages: conversation('What is a yawl?', 'A small ketch.') });
  writeFileSync(join(folder, 'one.jsonl'), one);
  const deeper = join(folder, 'deeper');
  mkdirSync(deeper);
  writeFileSync(join(deeper, 'two.jsonl'), one);
  const drop = (files: Record<string, string>) =>
    page.evaluate((given) => {
      const dataTransfer = new DataTransfer();
      for (const [name, text] of Object.entries(given))
        dataTransfer.items.add(new File([text], name));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
    }, files);
  await drop({ 'own-writing.jsonl': own, 'one.jsonl': one });
  const dialog = shell.dialog(/^Import \d dropped files?$/);
  const path = (name: string) => dialog.getByRole('textbox', { name });
  await expect(path('own-writing.jsonl')).toHaveValue(join(folder, 'own-writing.jsonl'));
  await expect(path('one.jsonl')).toHaveValue(join(folder, 'one.jsonl'));
  // More that are dropped meanwhile join them; what is not found is asked for, or left out.
  await drop({ 'two.jsonl': one, 'nowhere.jsonl': '{}' });
  const start = dialog.getByRole('button', { name: /^Import \d files$/ });
  await expect(path('two.jsonl')).toHaveValue('');
  await expect(dialog).toContainText('2 files are still to be found.');
  await expect(start).toBeDisabled();
  await path('two.jsonl').fill(join(deeper, 'two.jsonl'));
  await dialog.getByRole('button', { name: 'Leave out nowhere.jsonl' }).click();
  await start.click();
  const outcome = shell.dialog('Import of several files');
  await expect(outcome).toContainText('3 files: 4 samples added, 1 duplicate.');
  await expect(outcome.getByRole('region', { name: 'own-writing.jsonl' })).toContainText(
    /Samples added3.*1 bad line/,
  );
  await expect(outcome.getByRole('region', { name: 'two.jsonl' })).toContainText('Duplicates1');
  await outcome.getByRole('button', { name: 'Done' }).click();
  await expect(shell.counts).toHaveText(/4 pending/);
  // What failed is corrected under what was asked of all.
  await drop({ 'one.jsonl': one, 'three.jsonl': one });
  await path('three.jsonl').fill(join(folder, 'three.jsonl'));
  await dialog.getByRole('combobox', { name: 'Format' }).selectOption('messages');
  await dialog.getByRole('combobox', { name: 'Encoding' }).selectOption('utf-8');
  await dialog.getByRole('checkbox', { name: /Dry run/ }).check();
  await dialog.getByRole('button', { name: 'Check 2 files' }).click();
  const checked = shell.dialog('Check of several files');
  await checked.getByRole('button', { name: 'Correct what failed and try again' }).click();
  await expect(path('three.jsonl')).toHaveValue(join(folder, 'three.jsonl'));
  await expect(dialog.getByRole('combobox', { name: 'Format' })).toHaveValue('messages');
  await expect(dialog.getByRole('combobox', { name: 'Encoding' })).toHaveValue('utf-8');
  await path('three.jsonl').fill(join(deeper, 'two.jsonl'));
  await dialog.getByRole('button', { name: 'Check 1 file' }).click();
  await expect(checked).toContainText('1 file: would add 0 samples, 1 duplicate.');
  await checked.getByRole('button', { name: 'Done' }).click();
  await expect(shell.counts).toHaveText(/4 pending/);
  await drop({ 'other.lima': '' });
  await expect(toast(page, /not told where “other\.lima” lies/)).toBeVisible();
  await expect(page.getByRole('textbox', { name: /name or path$/i })).toBeVisible();
});

test('a tab whose code did not come says so, and Retry asks for it again', async ({
  workbench,
}) => {
  test.skip(workbench.isDesktop, 'the desktop app reads its code from its own files');
  const { page } = workbench;
  const shell = new ShellPage(workbench);
  await shell.createProject('retried');
  let isBroken = true;
  let asked = 0;
  await page.route(/\/assets\/view-[^/]*\.js/, async (route) => {
    asked += 1;
    await (isBroken ? route.abort() : route.continue());
  });
  await page.reload();
  const curate = page.getByRole('tabpanel', { name: 'Curate' });
  await expect(curate.getByRole('alert')).toContainText('Failed to fetch');
  expect(asked).toBeGreaterThan(0);
  isBroken = false;
  await curate.getByRole('button', { name: /Retry|Try again/ }).click();
  await expect(page.getByRole('button', { name: 'Import…' }).first()).toBeVisible();
});
