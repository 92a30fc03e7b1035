import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { courseDataset, openCourse, writeModel } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { answerTimeoutMs, ChatPage } from '../pages/chat-page.ts';
import { CuratePage } from '../pages/curate-page.ts';
import { EvaluatePage } from '../pages/evaluate-page.ts';
import type { ShellPage } from '../pages/shell-page.ts';
import { TrainPage, trainingTimeoutMs } from '../pages/train-page.ts';
import { writeConversations, writePosts } from '../sample-files.ts';
import type { Workbench } from '../workbench.ts';

/** Where the pictures go; pictures are a tool for people, so nothing is declared without it. */
const folder = process.env['LIMA_SCREENSHOTS'];

/** Takes a picture of the window in either theme. */
async function shoot(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder ?? '', `${name}-${colorScheme}.png`) });
  }
}

async function shootCurate(workbench: Workbench): Promise<void> {
  const { page } = workbench;
  const curate = new CuratePage(page);
  await curate.import(writeConversations(workbench.folder));
  await curate.closeOutcome();
  await curate.import(writePosts(workbench.folder));
  await shoot(page, 'curate-import');
  await curate.closeOutcome();
  await curate.filterStatus(/^Pending/);
  await curate.select('bread dough');
  await curate.press('a');
  await shoot(page, 'curate-pending');
  await curate.select('reef knot');
  await curate.press('e');
  await page.getByRole('textbox', { name: /^Text of turn 2/ }).fill('Left over right.');
  await shoot(page, 'curate-edit');
  await curate.press('Escape');
  await curate.filterStatus(/^All/);
  await curate.search.fill('nowhere to be found');
  await expect(page.getByText('Nothing matches')).toBeVisible();
  await shoot(page, 'curate-nothing');
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await page.getByRole('button', { name: /^Freeze .*…$/ }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('second harvest');
  await shoot(page, 'curate-freeze');
  await curate.press('Escape');
  await page.getByRole('button', { name: '1 dataset' }).click();
  await shoot(page, 'curate-datasets');
  await curate.press('Escape');
}

async function shootShell(shell: ShellPage): Promise<void> {
  const { page } = shell;
  await page.keyboard.press('ControlOrMeta+k');
  await shoot(page, 'palette');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await shoot(page, 'shortcuts');
  await page.keyboard.press('Escape');
}

async function shootTrain(workbench: Workbench, shell: ShellPage): Promise<void> {
  const { page } = workbench;
  await shell.goTo('Train');
  const train = new TrainPage(workbench);
  await expect(train.form.getByRole('button', { name: 'Add model file…' })).toBeVisible();
  await shoot(page, 'train-empty');
  const stranger = await writeModel(workbench, { name: 'stranger', architecture: 'bloom' });
  await train.addModel(stranger.path, 'stranger');
  const shape = { embeddingLength: 128, layers: 4, contextLength: 4096 };
  const { path } = await writeModel(workbench, { name: 'pupil', ...shape });
  await train.addModel(path, 'pupil');
  await train.form.getByRole('radio', { name: courseDataset }).check();
  await shoot(page, 'train-form');
  const recipe = { Rank: '4', 'Batch size': '4', 'Learning rate': '0.003' };
  await train.start({
    name: 'evening school',
    dataset: courseDataset,
    recipe: { ...recipe, Epochs: '8' },
  });
  await expect
    .poll(() => train.shownSteps('evening school'), { timeout: trainingTimeoutMs })
    .toBeGreaterThan(20);
  await shoot(page, 'train-running');
  await page.getByRole('button', { name: '1 running' }).click();
  await shoot(page, 'jobs');
  await page.keyboard.press('Escape');
  await expect(train.run('evening school').getByText('succeeded')).toBeVisible({
    timeout: trainingTimeoutMs,
  });
  await shoot(page, 'train-finished');
  await train
    .run('evening school')
    .getByRole('heading', { name: 'Recipe' })
    .scrollIntoViewIfNeeded();
  await shoot(page, 'train-finished-below');
}

async function shootChat(page: Page, shell: ShellPage): Promise<void> {
  await shell.goTo('Chat');
  const chat = new ChatPage(page);
  await expect(chat.composer).toBeVisible();
  await shoot(page, 'chat-empty');
  await chat.sample({ 'Most tokens': '150' });
  await chat.send('Give me **three** reasons to write things down:\n\n1. one\n2. two');
  await expect(chat.identity('Left')).toBeVisible({ timeout: answerTimeoutMs });
  await expect(chat.identity('Right')).toBeVisible({ timeout: answerTimeoutMs });
  await shoot(page, 'chat-answers');
  await chat.composer.getByRole('button', { name: /sampling/i }).click();
  await shoot(page, 'chat-sampling');
  await page.keyboard.press('Escape');
}

async function shootEvaluate(workbench: Workbench, shell: ShellPage): Promise<void> {
  const { page } = workbench;
  await shell.goTo('Evaluate');
  await expect(page.getByRole('button', { name: 'New evaluation…' })).toBeVisible();
  await shoot(page, 'evaluate-empty');
  const path = join(workbench.folder, 'questions.jsonl');
  const prompts = Array.from({ length: 12 }, (_, index) => ({
    prompt: `What is ${index} plus 1?`,
  }));
  writeFileSync(path, prompts.map((prompt) => JSON.stringify(prompt)).join('\n'));
  const evaluate = new EvaluatePage(page);
  await evaluate.importPrompts(path, 'sums');
  await shoot(page, 'evaluate-prompts');
  await evaluate.prepareOnShownSet();
  await shoot(page, 'evaluate-form');
  await evaluate.start('sums, before and after', 60);
  await evaluate.vote('1');
  await shoot(page, 'evaluate-voting');
  for (const key of ['1', '3', '1', '2', '1', '1', '3', '1', '1', '2', '1'])
    await evaluate.vote(key);
  await shoot(page, 'evaluate-voted');
  await evaluate.reveal('sums, before and after');
  await shoot(page, 'evaluate-results');
  await page.getByRole('region', { name: 'Comparisons' }).getByRole('button').first().click();
  await page.getByRole('region', { name: 'Comparisons' }).scrollIntoViewIfNeeded();
  await shoot(page, 'evaluate-results-below');
}

async function shootWelcome(shell: ShellPage): Promise<void> {
  await shell.closeProject('school');
  await expect(shell.recentProjects).toBeVisible();
  await shoot(shell.page, 'welcome');
  if (shell.workbench.isDesktop) return;
  await shell.page.getByRole('button', { name: 'Open project' }).click();
  await expect(shell.page.getByRole('list', { name: 'Files' })).toBeVisible();
  await shoot(shell.page, 'file-dialog');
}

if (folder)
  test('pictures of every tab with data are taken in dark and light', async ({ workbench }) => {
    test.setTimeout(600_000);
    mkdirSync(folder, { recursive: true });
    const shell = await openCourse(workbench);
    await shootCurate(workbench);
    await shootShell(shell);
    await shootTrain(workbench, shell);
    await shootChat(workbench.page, shell);
    await shootEvaluate(workbench, shell);
    await shootWelcome(shell);
  });
