import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { courseDataset, openCourse, reviewedCopy, writeModel } from './course.ts';
import { expect } from './fixtures.ts';
import { answerTimeoutMs, ChatPage } from './pages/chat-page.ts';
import { CuratePage } from './pages/curate-page.ts';
import { EvaluatePage } from './pages/evaluate-page.ts';
import { GradingPage } from './pages/grading-page.ts';
import { MergePage } from './pages/merge-page.ts';
import type { ShellPage } from './pages/shell-page.ts';
import { TrainPage, trainingTimeoutMs } from './pages/train-page.ts';
import { writeConversations, writePosts } from './sample-files.ts';
import type { Workbench } from './workbench.ts';

/** Does something to the window at one place of the tour, which has a name of its own. */
export type Look = (place: string) => Promise<void>;

/** Goes through every page and the main dialogs with data in them, and looks at each. */
export async function tour(workbench: Workbench, look: Look): Promise<void> {
  await look('welcome-new');
  const shell = await openCourse(workbench);
  await tourCurate(workbench, look);
  await tourShell(shell, look);
  await tourMerge(workbench, shell, look);
  await tourTrain(workbench, shell, look);
  await tourChat(workbench.page, shell, look);
  await tourEvaluate(workbench, shell, look);
  await tourWelcome(shell, look);
}

async function tourCurate(workbench: Workbench, look: Look): Promise<void> {
  const { page } = workbench;
  const curate = new CuratePage(page);
  await curate.import(writeConversations(workbench.folder));
  await curate.closeOutcome();
  await curate.import(writePosts(workbench.folder));
  await look('curate-import');
  await curate.closeOutcome();
  await curate.filterStatus(/^Pending/);
  await curate.select('bread dough');
  await curate.press('a');
  await look('curate-pending');
  await curate.select('reef knot');
  await curate.press('e');
  await page.getByRole('textbox', { name: /^Text of turn 2/ }).fill('Left over right.');
  await look('curate-edit');
  await curate.press('Escape');
  await curate.filterStatus(/^All/);
  await curate.search.fill('nowhere to be found');
  await expect(page.getByText('Nothing matches')).toBeVisible();
  await look('curate-nothing');
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await curate.filterStatus(/^Pending/);
  await curate.select('reef knot');
  await curate.press('Delete');
  await page.getByRole('button', { name: 'Move 1 sample to the bin' }).click();
  await page.getByRole('button', { name: 'Bin 1' }).click();
  await expect(curate.rows).toHaveText([/reef knot/]);
  await curate.press('m');
  await look('curate-bin');
  await page.getByRole('button', { name: 'Back to the samples' }).click();
  await page.getByRole('button', { name: /^Freeze .*…$/ }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('second harvest');
  await look('curate-freeze');
  await curate.press('Escape');
  await page.getByRole('button', { name: '1 dataset' }).click();
  await look('curate-datasets');
  await curate.press('Escape');
  await page.getByRole('button', { name: 'Review all' }).click();
  await page.getByRole('menuitem', { name: 'Find duplicates…' }).click();
  await expect(page.getByRole('dialog')).toContainText(/ pending or accepted/);
  await look('curate-duplicates');
  await curate.press('Escape');
  await page.getByRole('button', { name: 'Pick from dumps…' }).click();
  await page
    .getByRole('textbox', { name: 'Dump, or folder of dumps' })
    .fill(writePosts(workbench.folder));
  await page.getByRole('button', { name: 'Scan', exact: true }).click();
  await expect(page.getByRole('dialog')).toContainText('would be picked');
  await look('curate-scan');
  await curate.press('Escape');
}

async function tourShell(shell: ShellPage, look: Look): Promise<void> {
  const { page } = shell;
  await page.keyboard.press('ControlOrMeta+k');
  await look('palette');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await look('shortcuts');
  await page.keyboard.press('Escape');
  for (const dialog of ['Settings', 'Help', 'About']) {
    await shell.runCommand(dialog);
    await look(dialog.toLowerCase());
    await page.keyboard.press('Escape');
  }
  await shell.chooseInProjectMenu('school', /Backups/);
  await look('backups');
  await page.keyboard.press('Escape');
}

async function tourTrain(workbench: Workbench, shell: ShellPage, look: Look): Promise<void> {
  const { page } = workbench;
  await shell.goTo('Train');
  const train = new TrainPage(workbench);
  await expect(train.form.getByRole('button', { name: 'Add model file…' })).toBeVisible();
  await look('train-empty');
  const stranger = await writeModel(workbench, { name: 'stranger', architecture: 'bloom' });
  await train.addModel(stranger.path, 'stranger');
  const shape = { embeddingLength: 128, layers: 4, contextLength: 4096 };
  const { path } = await writeModel(workbench, { name: 'pupil', ...shape });
  await train.addModel(path, 'pupil');
  await train.form.getByRole('radio', { name: courseDataset }).check();
  await look('train-form');
  const recipe = { Rank: '4', 'Batch size': '4', 'Learning rate': '0.003' };
  await train.start({
    name: 'evening school',
    dataset: courseDataset,
    recipe: { ...recipe, Epochs: '8' },
  });
  await expect
    .poll(() => train.shownSteps('evening school'), { timeout: trainingTimeoutMs })
    .toBeGreaterThan(20);
  await look('train-running');
  await page.getByRole('button', { name: /^(1 running|Jobs)/ }).click();
  await look('jobs');
  await page.keyboard.press('Escape');
  await expect(train.run('evening school').getByText('succeeded')).toBeVisible({
    timeout: trainingTimeoutMs,
  });
  await look('train-finished');
  await train
    .run('evening school')
    .getByRole('heading', { name: 'Recipe' })
    .scrollIntoViewIfNeeded();
  await look('train-finished-below');
  await tourRuns(workbench, shell, look);
}

/** What is done with several runs and with what they left on the disk. */
async function tourRuns(workbench: Workbench, shell: ShellPage, look: Look): Promise<void> {
  const { page } = workbench;
  const train = new TrainPage(workbench);
  await page.getByRole('button', { name: 'Start again with these settings' }).click();
  await train.start({ name: 'short course', dataset: courseDataset, recipe: { Epochs: '2' } });
  await expect(train.run('short course').getByText('succeeded')).toBeVisible({
    timeout: trainingTimeoutMs,
  });
  await page.getByRole('button', { name: /^Keep only some/ }).click();
  await look('train-prune');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Compare(?! in| epochs)/ }).click();
  for (const box of await page.getByRole('checkbox').all()) await box.check();
  await expect(page.getByRole('heading', { name: '2 runs compared' })).toBeVisible();
  await look('train-compare');
  await shell.chooseInProjectMenu('school', /Disk/);
  await look('disk');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'More about short course' }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await expect(page.getByRole('dialog', { name: /^Delete the run/ })).toContainText('Frees');
  await look('delete');
  await page.keyboard.press('Escape');
}

/** Another copy of the project, as it is brought in. */
async function tourMerge(workbench: Workbench, shell: ShellPage, look: Look): Promise<void> {
  const merge = new MergePage(shell);
  await merge.preview('school', reviewedCopy(workbench.folder));
  await look('merge');
  await workbench.page.keyboard.press('Escape');
}

async function tourChat(page: Page, shell: ShellPage, look: Look): Promise<void> {
  await shell.goTo('Chat');
  const chat = new ChatPage(page);
  await expect(chat.composer).toBeVisible();
  await look('chat-empty');
  await chat.sample({ 'Most tokens': '150' });
  await chat.send('Give me **three** reasons to write things down:\n\n1. one\n2. two');
  await expect(chat.identity('Left')).toBeVisible({ timeout: answerTimeoutMs });
  await expect(chat.identity('Right')).toBeVisible({ timeout: answerTimeoutMs });
  await look('chat-answers');
  await page.getByRole('button', { name: 'Conversations' }).click();
  await expect(chat.conversations.getByRole('listitem')).toHaveCount(1);
  await look('chat-conversations');
  await page.keyboard.press('Escape');
  await chat.composer.getByRole('button', { name: /sampling/i }).click();
  await look('chat-sampling');
  await page.keyboard.press('Escape');
}

async function tourEvaluate(workbench: Workbench, shell: ShellPage, look: Look): Promise<void> {
  const { page } = workbench;
  await shell.goTo('Evaluate');
  await expect(page.getByRole('button', { name: 'New evaluation…' })).toBeVisible();
  await look('evaluate-empty');
  const path = join(workbench.folder, 'questions.jsonl');
  const prompts = Array.from({ length: 8 }, (_, index) => ({
    prompt: `What is ${index} plus 1?`,
  }));
  writeFileSync(path, prompts.map((prompt) => JSON.stringify(prompt)).join('\n'));
  const evaluate = new EvaluatePage(page);
  await evaluate.importPrompts(path, 'sums');
  await tagPrompts(page);
  await look('evaluate-prompts');
  await page.getByRole('button', { name: 'Edit prompt 1', exact: true }).click();
  await look('evaluate-prompt');
  await page.keyboard.press('Escape');
  await evaluate.prepareOnShownSet();
  await evaluate.compareSome(4);
  await look('evaluate-form');
  await evaluate.start('sums, before and after', 60);
  await evaluate.vote('1');
  await look('evaluate-voting');
  const grading = new GradingPage(page);
  await grading.open();
  await grading.grade('1', 's');
  await look('evaluate-grading');
  await grading.grade('3', 'x');
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  for (const key of ['1', '3', '2']) await evaluate.vote(key);
  await look('evaluate-voted');
  await evaluate.reveal('sums, before and after');
  await evaluate.extend(4);
  for (const key of ['1', '1', '3', '1']) await evaluate.vote(key);
  await evaluate.reveal('sums, before and after, extended');
  await look('evaluate-results');
  await page.getByRole('region', { name: 'Comparisons' }).getByRole('button').first().click();
  await page.getByRole('region', { name: 'Comparisons' }).scrollIntoViewIfNeeded();
  await look('evaluate-results-below');
  await evaluate.prepareStudy();
  await look('study-form');
  await evaluate.startStudy('sums, studied', 60);
  await evaluate.vote('1');
  await look('study-voting');
  await evaluate.reveal('sums, studied');
  await look('study-results');
}

/** Some prompts of the shown set get tags, from a person and computed. */
async function tagPrompts(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Edit prompt 1', exact: true }).click();
  await page.getByRole('textbox', { name: 'Tags, separated by commas' }).fill('sensitive, sums');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('list', { name: 'Tags of prompt 1' })).toBeVisible();
  await page.getByText('Out-of-distribution prompts').click();
  await page.getByRole('button', { name: 'Tag prompts' }).click();
  await expect(page.getByText(/out of distribution, .* near a sample/)).toBeVisible();
}

async function tourWelcome(shell: ShellPage, look: Look): Promise<void> {
  await shell.closeProject('school');
  await expect(shell.recentProjects).toBeVisible();
  await look('welcome');
  if (shell.workbench.isDesktop) return;
  await shell.page.getByRole('button', { name: 'Open project' }).click();
  await expect(shell.page.getByRole('list', { name: 'Files' })).toBeVisible();
  await look('file-dialog');
}
