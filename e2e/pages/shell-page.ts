import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures.ts';
import type { Workbench } from '../workbench.ts';

/** A tab by the word on it. */
export type TabName = 'Curate' | 'Train' | 'Chat' | 'Evaluate';

/** The window around the tabs: welcome, top bar, palette, shortcut list. */
export class ShellPage {
  readonly workbench: Workbench;

  constructor(workbench: Workbench) {
    this.workbench = workbench;
  }

  get page(): Page {
    return this.workbench.page;
  }

  /** The list of projects that were open before, on the welcome page. */
  get recentProjects(): Locator {
    return this.page.getByRole('list', { name: 'Recent projects' });
  }

  get tabs(): Locator {
    return this.page.getByRole('tablist', { name: 'Workbench' }).getByRole('tab');
  }

  /** Pending, accepted and rejected samples in the top bar. */
  get counts(): Locator {
    return this.page.getByLabel('Samples by status');
  }

  /** The button with the project's name; its menu holds new, open and close. */
  projectButton(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** The page that tells what a project from elsewhere contains. */
  get contents(): Locator {
    return this.page.getByRole('article', { name: /was not made on this machine/ });
  }

  /** The banner that says why nothing can be changed. */
  get readOnlyBanner(): Locator {
    return this.page.getByRole('region', { name: 'Open for reading only' });
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name });
  }

  /** Creates `name`.lima in the test's folder from the welcome page; returns its path. */
  async createProject(name: string): Promise<string> {
    const path = join(this.workbench.folder, `${name}.lima`);
    await choosePath(this.workbench, path, () =>
      this.page.getByRole('button', { name: 'New project' }).click(),
    );
    await expect(this.projectButton(name)).toBeVisible();
    return path;
  }

  /** Opens a project file from the welcome page. */
  async openProject(path: string): Promise<void> {
    await choosePath(this.workbench, path, () =>
      this.page.getByRole('button', { name: 'Open project' }).click(),
    );
  }

  /** Chooses an entry of the menu behind the project's name. */
  async chooseInProjectMenu(project: string, entry: RegExp): Promise<void> {
    await this.projectButton(project).click();
    await this.page.getByRole('menuitem', { name: entry }).click();
  }

  /** Closes the open project; its file is written and left alone when this ends. */
  async closeProject(name: string): Promise<void> {
    await this.chooseInProjectMenu(name, /Close project/);
    await expect(this.page.getByRole('heading', { name: 'Lima Workbench' })).toBeVisible();
    await expect(this.projectButton(name)).toHaveCount(0);
  }

  /** Shows a tab and returns its panel. */
  async goTo(tab: TabName): Promise<Locator> {
    await this.page.getByRole('tab', { name: tab }).click();
    const panel = this.page.getByRole('tabpanel', { name: tab });
    await expect(panel).toBeVisible();
    return panel;
  }

  /** Runs a command of the palette by its label. */
  async runCommand(label: string): Promise<void> {
    await this.page.keyboard.press('ControlOrMeta+k');
    await this.page.getByRole('combobox', { name: 'Command' }).fill(label);
    await this.page.getByRole('option', { name: label }).first().waitFor();
    await this.page.keyboard.press('Enter');
    await this.dialog('Commands').waitFor({ state: 'detached' });
  }
}

/**
 * Answers the file dialog that `open` brings up: the native one of the desktop app, or the in-app
 * listing of web mode, where the whole path is typed.
 */
export async function choosePath(
  workbench: Workbench,
  path: string,
  open: () => Promise<void>,
): Promise<void> {
  if (workbench.isDesktop) {
    await workbench.answerNextDialog(path);
    return await open();
  }
  await open();
  const field = workbench.page.getByRole('textbox', { name: /name or path$/i });
  await field.fill(path);
  await field.press('Enter');
  await field.waitFor({ state: 'detached' });
}
