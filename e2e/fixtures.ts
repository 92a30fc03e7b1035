import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect, type Browser, type Page } from '@playwright/test';
import { findBrowser, findDesktop } from '../.ci/browser.ts';
import { DesktopWorkbench, WebWorkbench, type Workbench } from './workbench.ts';

/** Set per project by playwright.config.ts. */
export interface TargetOptions {
  target: 'web' | 'desktop';
  /** Chromium of the web target; `null` when the desktop app is tested. */
  webBrowser: Browser | null;
}

interface TestFixtures {
  /** A fresh folder, removed after the test. */
  folder: string;
  /** Script errors and policy violations of the page; any that is left fails the test. */
  pageProblems: string[];
  /** The program with its window open. */
  workbench: Workbench;
}

function watchPage(page: Page, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted Type/.test(message.text())) problems.push(message.text());
  });
}

export const test = base.extend<TestFixtures, TargetOptions>({
  target: ['web', { option: true, scope: 'worker' }],

  webBrowser: [
    async ({ playwright, target }, use) => {
      if (target === 'desktop') return await use(null);
      const found = findBrowser();
      if (!found) throw new Error('There is no Chromium: set CHROMIUM_PATH or run "npm test".');
      const browser = await playwright.chromium.launch({ executablePath: found.path });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],

  folder: async ({ target }, use) => {
    const folder = mkdtempSync(join(tmpdir(), `lima-e2e-${target}-`));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },

  pageProblems: async ({ target }, use) => {
    const problems: string[] = [];
    await use(problems);
    expect({ target, problems }).toEqual({ target, problems: [] });
  },

  workbench: async ({ webBrowser, folder, pageProblems }, use) => {
    const workbench = webBrowser
      ? await WebWorkbench.start(webBrowser, folder)
      : await startDesktop(folder);
    watchPage(workbench.page, pageProblems);
    await use(workbench);
    await workbench.close();
  },
});

async function startDesktop(folder: string): Promise<Workbench> {
  const desktop = findDesktop();
  if ('missing' in desktop) throw new Error(`The desktop app cannot run: ${desktop.missing}.`);
  return await DesktopWorkbench.start(desktop.path, folder);
}

export { expect };
