import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { toast } from '../pages/messages.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { TrainPage } from '../pages/train-page.ts';
import { writeModel } from '../course.ts';
import { addPausedRun, conversation, writeProject } from '../sample-files.ts';

const samples = [
  { messages: conversation('When are apple trees pruned?', 'In late winter.') },
  { messages: conversation('What is a ketch?', 'A boat with two masts.') },
];

test('a project from elsewhere shows who wrote it, is read untouched, and is edited once it is trusted', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const path = writeProject(join(workbench.folder, 'theirs.lima'), samples, { isForeign: true });
  const before = readFileSync(path);
  await shell.openProject(path);
  await expect(shell.contents).toContainText('“theirs” was not made on this machine');
  await expect(shell.contents.getByRole('region', { name: 'Who wrote it' })).toContainText(
    /e2e\s*2 samples/,
  );
  await expect(shell.tabs).toHaveCount(0);
  await shell.page.keyboard.press('Tab');
  await expect(shell.page.getByRole('button', { name: 'Trust and edit' })).toBeFocused();
  await shell.page.keyboard.press('Tab');
  await shell.page.keyboard.press('Enter');
  await expect(shell.readOnlyBanner).toContainText('It was not made on this machine.');
  const curate = await shell.goTo('Curate');
  await expect(curate.getByRole('button', { name: 'Import…' })).toBeDisabled();
  await curate.getByText('What is a ketch?').first().click();
  await expect(curate.getByRole('button', { name: 'Accept', exact: true })).toBeDisabled();
  await shell.page.keyboard.press('a');
  await expect(toast(shell.page, 'reading only')).toBeVisible();
  expect(readFileSync(path).equals(before)).toBe(true);
  await shell.readOnlyBanner.getByRole('button', { name: 'What it contains' }).click();
  await shell.page.getByRole('button', { name: 'Trust and edit' }).click();
  await expect(shell.readOnlyBanner).toHaveCount(0);
  await expect(curate.getByRole('button', { name: 'Import…' })).toBeEnabled();
  await curate.getByText('What is a ketch?').first().click();
  await shell.page.keyboard.press('a');
  await expect(shell.counts).toHaveText(/1 pending.*1 accepted/);
  await workbench.restart('quit');
  await shell.openProject(path);
  await expect(shell.counts).toHaveText(/1 pending.*1 accepted/);
  await expect(shell.contents).toHaveCount(0);
});

test('a model and a stopped run from elsewhere are used once each was confirmed with its path', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const model = await writeModel(workbench, { name: 'pupil' });
  const path = writeProject(join(workbench.folder, 'theirs.lima'), samples, { isForeign: true });
  addPausedRun(path, model);
  await shell.openProject(path);
  await shell.page.getByRole('button', { name: 'Trust and edit' }).click();
  const train = await shell.goTo('Train');
  await train.getByText('their run').first().click();
  await train.getByRole('button', { name: 'Resume', exact: true }).click();
  const job = shell.dialog('Let a job from elsewhere go on?');
  await expect(job).toContainText(model.path);
  await job.getByRole('button', { name: 'Cancel' }).click();
  await expect(job).toHaveCount(0);
  await train.getByRole('button', { name: 'New run' }).click();
  const their = new TrainPage(workbench).model('their model');
  await expect(their).toContainText('from elsewhere');
  await expect(their).not.toContainText('file missing');
  await their.getByRole('button', { name: 'Use it from there…' }).click();
  const confirm = shell.dialog(/^Use pupil from where the project says/);
  await expect(confirm).toContainText(model.path);
  await confirm.getByRole('button', { name: 'Compare and use it' }).click();
  await expect(train.getByText('from elsewhere')).toHaveCount(0);
  await train.getByText('their run').first().click();
  await train.getByRole('button', { name: 'Resume', exact: true }).click();
  await job.getByRole('button', { name: 'Let it go on' }).click();
  await expect(job).toHaveCount(0);
  await expect(train.getByRole('button', { name: 'Resume', exact: true })).toHaveCount(0);
});

test('a project that nobody may write to says so, and takes changes when it is opened again', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const path = writeProject(join(workbench.folder, 'sealed.lima'), samples);
  chmodSync(path, 0o444);
  await shell.openProject(path);
  await expect(shell.readOnlyBanner).toContainText('The file or its folder cannot be written.');
  await expect(shell.counts).toHaveText(/2 pending/);
  chmodSync(path, 0o644);
  await shell.readOnlyBanner.getByRole('button', { name: 'Open again' }).click();
  await expect(shell.readOnlyBanner).toHaveCount(0);
  await expect(shell.counts).toHaveText(/2 pending/);
});
