import type { Locator } from '@playwright/test';
import { expect } from '../fixtures.ts';
import { choosePath, type ShellPage } from './shell-page.ts';

/** The dialogs that bring copies of a project together and send parts of it out. */
export class MergePage {
  readonly shell: ShellPage;

  constructor(shell: ShellPage) {
    this.shell = shell;
  }

  get packet(): Locator {
    return this.shell.dialog('Write a review packet');
  }

  /** The line that says that the open project is a packet. */
  get packetBanner(): Locator {
    return this.shell.page.getByRole('region', { name: 'Review packet' });
  }

  /** Chooses the file to merge in the menu of the project. */
  async choose(project: string, path: string): Promise<void> {
    await choosePath(this.shell.workbench, path, () =>
      this.shell.chooseInProjectMenu(project, /^Merge another copy/),
    );
  }

  /** Chooses the file to merge; ends with what would come. */
  async preview(project: string, path: string): Promise<Locator> {
    await this.choose(project, path);
    const dialog = this.shell.dialog(/^Merge /);
    await expect(dialog.getByText(/^(Would come|Nothing to merge)/)).toBeVisible({
      timeout: 30_000,
    });
    return dialog;
  }

  /** Merges what the preview shows; ends with the report. */
  async merge(preview: Locator): Promise<Locator> {
    await preview.getByRole('button', { name: 'Merge', exact: true }).click();
    const report = this.shell.dialog('Merged');
    await expect(report.getByText(/^Came:/)).toBeVisible({ timeout: 30_000 });
    return report;
  }

  /** Nothing of the window, its menu, palette and shortcuts has any of these words. */
  async expectOffered(project: string, { not }: { not: readonly string[] }): Promise<void> {
    const { page } = this.shell;
    const none = new RegExp([...not, 'Merge', 'packet…', 'Go to (Train|Chat)'].join('|'));
    await expect(page.getByRole('main')).not.toContainText(none);
    await expect(page.getByRole('banner')).not.toContainText(none);
    await this.shell.projectButton(project).click();
    await expect(page.getByRole('menuitem', { name: 'Close project' })).toBeVisible();
    await expect(page.getByRole('menu')).not.toContainText(none);
    await page.keyboard.press('Escape');
    for (const [key, title] of [
      ['Control+k', 'Commands'],
      ['?', 'Keyboard shortcuts'],
    ] as const) {
      await page.keyboard.press(key);
      await expect(this.shell.dialog(title)).toBeVisible();
      await expect(this.shell.dialog(title)).not.toContainText(none);
      await page.keyboard.press('Escape');
      await expect(this.shell.dialog(title)).toHaveCount(0);
    }
  }

  /** Closes the packet from its line; ends with where the file lies, closed. */
  async closeToSend(path: string, unfinished?: string): Promise<void> {
    await this.packetBanner.getByRole('button', { name: 'Close to send it back' }).click();
    if (unfinished !== undefined) {
      const question = this.shell.dialog('Close this packet now?');
      await expect(question).toContainText(unfinished);
      await question.getByRole('button', { name: 'Close the packet' }).click();
    }
    const sent = this.shell.dialog('Send this file back');
    await expect(sent).toContainText(path);
    await sent.getByRole('button', { name: 'Done', exact: true }).click();
    await expect(sent).toHaveCount(0);
  }

  /** From now on: the titles of the dialogs that are shown, one after the other. */
  async watchTitles(): Promise<() => Promise<string[]>> {
    const titles = await this.shell.page.evaluateHandle(() => {
      const seen: string[] = [];
      const look = () => {
        const title = document.querySelector('dialog h2')?.textContent;
        if (title && title !== seen.at(-1)) seen.push(title);
      };
      look();
      const whatever = { subtree: true, childList: true, characterData: true };
      new MutationObserver(look).observe(document.body, whatever);
      return seen;
    });
    return () => titles.jsonValue();
  }

  /** Takes the newest merge back. */
  async undo(project: string): Promise<void> {
    await this.shell.chooseInProjectMenu(project, /^Undo the newest merge/);
    const dialog = this.shell.dialog('Undo the newest merge');
    await dialog.getByRole('button', { name: 'Undo the merge' }).click();
    await expect(dialog).toHaveCount(0, { timeout: 30_000 });
  }
}
