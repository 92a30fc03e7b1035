import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { choosePath, ShellPage } from '../pages/shell-page.ts';
import type { Workbench } from '../workbench.ts';

const mostActions = 12;
/** The whole walk on two cores, training and 606 answers included. */
const wholeWayMs = 180_000;

declare global {
  interface Window {
    told?: (EventTarget & { words: string })[];
  }
}

/** A shorter training than this may end untold. */
const longMs = 12_000;

/** A person who looks elsewhere and has allowed notifications: the page keeps what it told them. */
async function lookAway({ page, folder }: Workbench): Promise<void> {
  const settings = { author: 'newcomer', recent: [], notifies: true };
  writeFileSync(join(folder, 'user-data', 'settings.json'), JSON.stringify(settings));
  await page.addInitScript(() => {
    Object.defineProperty(document, 'hidden', { get: () => true });
    const told: NonNullable<Window['told']> = [];
    class Told extends EventTarget {
      static permission = 'granted';
      static requestPermission = () => Promise.reject(new Error('asked without a click'));
      readonly words: string;
      constructor(title: string, { body }: { body: string }) {
        super();
        this.words = `${title}: ${body}`;
        told.push(this);
      }
    }
    Object.assign(window, { Notification: Told, told });
  });
  await page.reload();
}

/** The words of the notifications so far. */
const toldBy = (page: Page) => page.evaluate(() => window.told?.map(({ words }) => words) ?? []);

const clickFirstTold = (page: Page) =>
  page.evaluate(() => window.told?.[0]?.dispatchEvent(new Event('click')));

/** Somebody who knows nothing and presses what each screen puts first. */
class Newcomer {
  readonly shell: ShellPage;
  readonly presses: string[] = [];

  constructor(shell: ShellPage) {
    this.shell = shell;
  }

  /** Presses the one primary button that can be pressed, which has to be this. */
  async press(name: string | RegExp, timeout = 60_000): Promise<void> {
    const { page } = this.shell;
    const button = page.getByRole('button', { name, exact: true });
    await expect(button).toBeEnabled({ timeout });
    const dialog = page.getByRole('dialog').filter({ has: button });
    const screen = (await dialog.count()) > 0 ? dialog : page.locator('body');
    const primary = screen.locator('.button-primary:visible:enabled, dialog .button-danger');
    await expect(primary).toHaveCount(1);
    await expect(primary).toHaveText(name);
    await this.#click(button);
  }

  /** Presses the step that the bar above every tab marks as the next one. */
  async follow(step: string): Promise<void> {
    const next = pipeline(this.shell).getByRole('button', {
      name: new RegExp(`^${step}.* next$`),
    });
    await expect(next).toHaveAttribute('aria-current', 'step', { timeout: 60_000 });
    await this.#click(next);
  }

  async #click(button: Locator): Promise<void> {
    this.presses.push(await button.innerText());
    await button.click();
  }
}

const pipeline = (shell: ShellPage) => shell.page.getByRole('navigation', { name: 'Pipeline' });

const stepsOf = (shell: ShellPage) =>
  pipeline(shell)
    .getByRole('button')
    .evaluateAll((steps) => steps.map((step) => step.getAttribute('title')));

/** How much of the height of the window the first page fills. */
async function shareOfPage(page: Page): Promise<number> {
  const parts = [
    page.getByRole('heading', { level: 1 }),
    page.getByRole('button', { name: 'Open the sample project' }),
  ];
  const [top, bottom] = await Promise.all(parts.map((part) => part.boundingBox()));
  const height = page.viewportSize()?.height ?? NaN;
  return ((bottom?.y ?? 0) + (bottom?.height ?? 0) - (top?.y ?? 0)) / height;
}

test('pressing the primary action of each screen leads a newcomer from the first page to a result in which the tuned model wins', async ({
  workbench,
}) => {
  test.setTimeout(wholeWayMs + 30_000);
  const shell = new ShellPage(workbench);
  const newcomer = new Newcomer(shell);
  const { page } = shell;
  const isTold = !workbench.isDesktop;
  if (isTold) await lookAway(workbench);
  await expect(page.getByRole('figure', { name: /from samples to a verdict/ })).toBeVisible();
  expect(await shareOfPage(page)).toBeGreaterThan(0.5);
  const startMs = performance.now();
  await newcomer.press('Open the sample project');
  await newcomer.press('Start training');
  const trainingMs = performance.now();
  await newcomer.press('Compare in chat', wholeWayMs);
  const trainedMs = performance.now() - trainingMs;
  await newcomer.press(/^Send/);
  await newcomer.follow('Evaluate');
  await newcomer.press('Generate 606 answers');
  // Neither the tuned model nor its base is named while it is blind.
  await expect(shell.page.getByRole('heading', { name: 'Evaluation 1' })).toBeVisible();
  // The first pair can be voted on long before the last answer, and stays in front of the voter.
  const voting = page.getByRole('region', { name: 'Voting' });
  await expect(voting).toContainText('Pair 1 of 303', { timeout: wholeWayMs });
  const ready = page.getByRole('button', { name: 'Vote by expected answers…' });
  await expect(ready).toBeEnabled({ timeout: wholeWayMs });
  await expect(voting).toContainText('Pair 1 of 303');
  await newcomer.press('Vote by expected answers…', wholeWayMs);
  await newcomer.press('Vote by rule');
  await newcomer.press('Reveal…');
  await newcomer.press('Reveal');
  const result = shell.page.getByRole('region', { name: 'Result' });
  await expect(result).toContainText('A is preferred');
  const tookMs = performance.now() - startMs;

  const right = shell.page.getByRole('table', { name: 'Right answers' });
  const share = async (row: RegExp) =>
    Number(/([\d.]+)\s%/.exec(await right.getByRole('row', { name: row }).innerText())?.[1]);
  expect(await share(/^A: .*epoch 15/)).toBeGreaterThanOrEqual(85);
  expect(await share(/^B: /)).toBeLessThan(20);
  expect(newcomer.presses.length, newcomer.presses.join(' → ')).toBeLessThanOrEqual(mostActions);
  expect(tookMs).toBeLessThan(wholeWayMs);
  await expect(pipeline(shell).locator('[aria-current]')).toHaveCount(0);
  expect(await stepsOf(shell)).toEqual([
    'Curate, 300 accepted, done',
    'Freeze, 300 frozen, done',
    expect.stringMatching(/^Train, [\d.]+ loss, done$/),
    'Chat, 2 answers, done',
    'Evaluate, 303/303 voted, done',
    expect.stringMatching(/^Report, \d+ % win \+ ½ tie, done$/),
  ]);
  if (!isTold || trainedMs < longMs) return;
  expect((await toldBy(page))[0]).toMatch(/succeeded after \d/);
  await clickFirstTold(page);
  await expect(page.getByRole('tab', { name: 'Train' })).toHaveAttribute('aria-selected', 'true');
});

test('the sample project opens where it was left, can be started afresh, and is saved where a person likes', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const { page } = shell;
  const open = page.getByRole('button', { name: 'Open the sample project' });
  await open.click();
  await expect(pipeline(shell).getByRole('button', { name: /^Train.* next$/ })).toBeVisible();
  const recipe = page.getByRole('tabpanel', { name: 'Train' });
  await expect(recipe.getByRole('textbox', { name: 'Learning rate', exact: true })).toHaveValue(
    '0.003',
  );

  // Nothing is left to freeze, until something changes.
  const curate = await shell.goTo('Curate');
  const train = curate.getByRole('button', { name: 'Train on “Atlas questions”' });
  const freeze = curate.getByRole('button', { name: /^Freeze/ });
  await expect(train).toBeVisible();
  await expect(freeze).toHaveCount(0);
  await curate.getByRole('button', { name: 'Reject' }).click();
  await expect(freeze).toHaveText('Freeze 299 samples…');
  await expect(train).toHaveCount(0);
  await expect(pipeline(shell).getByRole('button', { name: /changed since/ })).toBeVisible();

  await shell.closeProject('atlas');
  await open.click();
  await expect(shell.counts).toHaveText(/299 accepted.*1 rejected/);
  const place = join(workbench.folder, 'mine.lima');
  await choosePath(workbench, place, () => shell.chooseInProjectMenu('atlas', /^Save as/));
  await expect(shell.projectButton('mine')).toBeVisible();
  await expect(shell.counts).toHaveText(/299 accepted.*1 rejected/);
  await shell.closeProject('mine');
  expect(readFileSync(place).subarray(0, 15).toString()).toBe('SQLite format 3');

  await page.getByRole('button', { name: 'Start it afresh' }).click();
  await expect(shell.projectButton('atlas-2')).toBeVisible();
  await expect(shell.counts).toHaveText(/300 accepted.*0 rejected/);
});

test('an empty project begins with an import, and its bar says what each step is still to bring', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  await shell.createProject('empty');
  await expect(pipeline(shell).getByRole('button', { name: /^Curate.* next$/ })).toBeEnabled();
  expect(await stepsOf(shell)).toEqual([
    'Curate, next',
    'Freeze',
    'Train',
    'Chat',
    'Evaluate',
    'Report',
  ]);
  const primary = shell.page.locator('.button-primary:visible');
  await expect(primary).toHaveText(/^Import/);
  for (const [step, tab] of [
    ['Train', 'Train'],
    ['Chat', 'Chat'],
    ['Report', 'Evaluate'],
    ['Freeze', 'Curate'],
  ] as const) {
    await pipeline(shell).getByRole('button', { name: step, exact: true }).click();
    await expect(shell.page.getByRole('tab', { name: tab })).toHaveAttribute(
      'aria-selected',
      'true',
    );
  }
});
