import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { courseDataset, openTrainingForm } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { choosePath, type ShellPage } from '../pages/shell-page.ts';
import type { TrainPage } from '../pages/train-page.ts';
import { conversation, writeProject } from '../sample-files.ts';
import { WebWorkbench, type Workbench } from '../workbench.ts';

const runName = 'marathon';

/** A run that goes on for longer than any test. */
async function startMarathon(train: TrainPage): Promise<void> {
  await train.start({
    name: runName,
    dataset: courseDataset,
    recipe: { Rank: '4', Epochs: '1000', 'Batch size': '1' },
  });
  await expect(train.run(runName).getByText('running').first()).toBeVisible();
}

const question = (shell: ShellPage) => shell.dialog('1 job is not done yet');
const whatGoesOn = (shell: ShellPage) =>
  question(shell).getByRole('list', { name: 'What goes on' });
const jobs = (shell: ShellPage) => shell.page.getByRole('button', { name: '1 running' });

test('what ends a project asks while a run goes on, and stops it only when told to', async ({
  workbench,
}) => {
  const { shell, train } = await openTrainingForm(workbench);
  const other = writeProject(join(workbench.folder, 'other.lima'), [
    { messages: conversation('Who?', 'Somebody else.') },
  ]);
  const fresh = join(workbench.folder, 'fresh.lima');
  await startMarathon(train);
  const choose = (entry: RegExp) => shell.chooseInProjectMenu('school', entry);
  const attempts = [
    () => choose(/Close project/),
    () => choosePath(workbench, other, () => choose(/Open project/)),
    () => choosePath(workbench, fresh, () => choose(/New project/)),
  ];
  for (const attempt of attempts) {
    await attempt();
    await expect(whatGoesOn(shell)).toContainText(`“${runName}”`);
    await expect(question(shell)).toContainText('press Resume under Jobs');
    // A hasty Enter keeps it open.
    await expect(question(shell).getByRole('button', { name: 'Keep it open' })).toBeFocused();
    await shell.page.keyboard.press('Enter');
    await expect(question(shell)).toHaveCount(0);
    await expect(shell.projectButton('school')).toBeVisible();
    await expect(jobs(shell)).toBeVisible();
  }
  expect(existsSync(fresh)).toBe(false);
  await choose(/Close project/);
  await question(shell).getByRole('button', { name: 'Stop and close' }).click();
  await shell.recentProjects.getByRole('button', { name: /school/ }).click();
  await shell.goTo('Train');
  const run = train.run(runName);
  await expect(run.getByText(/paused|interrupted/).first()).toBeVisible();
  await expect(run.getByRole('button', { name: /Resume/ })).toBeVisible();
});

test('a project that is to close when its run is done says so, can be kept open, and closes then', async ({
  workbench,
}) => {
  const { shell, train } = await openTrainingForm(workbench);
  await startMarathon(train);
  const banner = shell.page.getByRole('region', { name: 'Closes when done' });
  const closeLater = async () => {
    await shell.chooseInProjectMenu('school', /Close project/);
    await question(shell).getByRole('button', { name: 'Close when it is done' }).click();
    await expect(banner).toContainText('“school” closes as soon as');
  };
  await closeLater();
  await shell.page.reload();
  await banner.getByRole('button', { name: 'Keep it open' }).click();
  await expect(banner).toHaveCount(0);
  await closeLater();
  await jobs(shell).click();
  await shell.dialog('Jobs').getByRole('button', { name: 'Pause' }).click();
  await expect(shell.recentProjects).toBeVisible();
});

function inBrowser(workbench: Workbench): WebWorkbench {
  test.skip(!(workbench instanceof WebWorkbench), 'the desktop app has no terminal');
  if (!(workbench instanceof WebWorkbench)) throw new Error('not in a browser');
  return workbench;
}

test('the first Ctrl-C of a server with a run says what goes on, and the second one stops it', async ({
  workbench,
}) => {
  const web = inBrowser(workbench);
  const { shell, train } = await openTrainingForm(workbench);
  await startMarathon(train);
  await web.pressCtrlC(/Press Ctrl-C again to stop them and the server/);
  expect(web.said).toContain(`“${runName}”: `);
  expect(web.said).toContain('lima train --resume');
  await shell.page.reload();
  await expect(jobs(shell)).toBeVisible();
  await web.pressCtrlC('end');
  expect(web.said).toContain('Stopped.');
  await web.restart('quit');
  await shell.recentProjects.getByRole('button', { name: /school/ }).click();
  await shell.goTo('Train');
  await expect(train.run(runName).getByRole('button', { name: /Resume/ })).toBeVisible();
});
