import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, expect } from '@playwright/test';
import { findBrowser } from '../.ci/browser.ts';
import { answerTimeoutMs, ChatPage } from './pages/chat-page.ts';
import { CuratePage } from './pages/curate-page.ts';
import { ShellPage, type TabName } from './pages/shell-page.ts';
import { WebWorkbench } from './workbench.ts';

// `npm run screenshots`: the four tabs in the real window, on the project that `lima demo` makes.
const checkout = resolve(import.meta.dirname, '..');
const target = join(checkout, 'resources/screenshots');
const mostBytes = 150 * 1024;
/** About countries that no sample mentions. */
const questions = [
  'What is the capital of Norway?',
  'Which currency does Kuwait use?',
  'On which continent is Kenya?',
];

function makeProject(folder: string): string {
  const cli = join(checkout, 'main/headless/cli.ts');
  const { status } = spawnSync(process.execPath, [cli, 'demo', folder], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`"lima demo" ended with exit code ${status}.`);
  return join(folder, 'demo.lima');
}

async function takePicture(shell: ShellPage, tab: TabName): Promise<void> {
  const path = join(target, `${tab.toLowerCase()}.png`);
  await shell.page.mouse.move(0, 0);
  await shell.page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  const bytes = statSync(path).size;
  console.log(`${path} ${(bytes / 1024).toFixed(0)} KiB`);
  if (bytes > mostBytes) throw new Error(`${path} is larger than ${mostBytes / 1024} KiB.`);
}

async function showCurate(shell: ShellPage): Promise<void> {
  await shell.goTo('Curate');
  const curate = new CuratePage(shell.page);
  await curate.filterStatus(/^All/);
  await curate.rows.nth(2).click();
  await expect(curate.detail).toBeVisible();
}

async function showTrain(shell: ShellPage): Promise<void> {
  await shell.goTo('Train');
  await shell.page.getByText('answers', { exact: true }).first().click();
  await expect(shell.page.getByRole('img', { name: /^Smoothed loss from/ })).toBeVisible();
}

async function showChat(shell: ShellPage): Promise<void> {
  await shell.goTo('Chat');
  const chat = new ChatPage(shell.page);
  await chat.sample({ 'Most tokens': '40', Temperature: '0' });
  for (const [index, question] of questions.entries()) {
    await chat.send(question);
    for (const side of ['Left', 'Right'] as const)
      await expect(chat.log(side).getByRole('note')).toHaveCount(index + 1, {
        timeout: answerTimeoutMs,
      });
  }
}

async function showEvaluate(shell: ShellPage): Promise<void> {
  await shell.goTo('Evaluate');
  await shell.page.getByText('tuned against base').first().click();
  await expect(shell.page.getByRole('region', { name: 'Result' })).toBeVisible();
}

async function main(): Promise<void> {
  const browserPath = findBrowser()?.path;
  if (!browserPath) throw new Error('There is no Chromium: set CHROMIUM_PATH to one.');
  const folder = mkdtempSync(join(tmpdir(), 'lima-screenshots-'));
  const browser = await chromium.launch({ executablePath: browserPath });
  try {
    const project = makeProject(folder);
    const workbench = await WebWorkbench.start(browser, folder);
    const shell = new ShellPage(workbench);
    await shell.openProject(project);
    mkdirSync(target, { recursive: true });
    const shows = { Curate: showCurate, Train: showTrain, Chat: showChat, Evaluate: showEvaluate };
    for (const tab of ['Curate', 'Train', 'Chat', 'Evaluate'] as const) {
      await shows[tab](shell);
      await takePicture(shell, tab);
    }
    await workbench.close();
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

await main();
