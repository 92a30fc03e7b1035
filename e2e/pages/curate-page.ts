import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures.ts';
import { toast } from './messages.ts';

/** The Curate tab. */
export class CuratePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The rows in the page: those in view and a few around them. */
  get rows(): Locator {
    return this.page.getByRole('listbox', { name: 'Samples' }).getByRole('option');
  }

  /** The sample that is shown on the right. */
  get detail(): Locator {
    return this.page.getByRole('article', { name: /^Sample \d+$/ });
  }

  get history(): Locator {
    return this.page.getByRole('region', { name: 'History' }).getByRole('listitem');
  }

  get search(): Locator {
    return this.page.getByRole('searchbox', { name: 'Search samples' });
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name });
  }

  /** A short message in the corner. */
  toast(text: string | RegExp): Locator {
    return toast(this.page, text);
  }

  /** The row of a sample by a piece of its text. */
  row(text: string): Locator {
    return this.rows.filter({ hasText: text });
  }

  /** Imports a file, or only checks it, and returns the dialog with its outcome. */
  async import(path: string, options: { isDryRun?: boolean } = {}): Promise<Locator> {
    await this.startImport(path, options);
    const outcome = this.dialog(/./).filter({
      has: this.page.getByRole('button', { name: 'Done', exact: true }),
    });
    await expect(outcome.getByText(/^Read as /)).toBeVisible();
    return outcome;
  }

  /** Fills in the form of an import, or of a dry run, and sends it off. */
  async startImport(path: string, { isDryRun = false } = {}): Promise<void> {
    await this.page.getByRole('button', { name: 'Import…' }).click();
    const form = this.dialog('Import samples');
    await form.getByRole('textbox', { name: 'File' }).fill(path);
    if (isDryRun) await form.getByRole('checkbox', { name: /Dry run/ }).click();
    await form.getByRole('button', { name: isDryRun ? 'Check' : 'Import', exact: true }).click();
  }

  /** Leaves the outcome of an import. */
  async closeOutcome(): Promise<void> {
    await this.page.getByRole('button', { name: 'Done', exact: true }).click();
    await expect(this.page.getByRole('dialog')).toHaveCount(0);
  }

  async filterStatus(label: RegExp): Promise<void> {
    await this.page.getByRole('radio', { name: label }).click();
  }

  /** Chooses an entry of the source or the flag list by its words. */
  async filterBy(list: 'Source' | 'Flag', label: string): Promise<void> {
    await this.page.getByRole('combobox', { name: list }).selectOption({ label });
  }

  /** Selects a sample with the mouse, which leaves the keyboard with the list. */
  async select(text: string): Promise<void> {
    await this.row(text).click();
    await expect(this.detail).toContainText(text);
  }

  /** Presses a shortcut of the list. */
  async press(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  /** Accepts everything under the filter by the menu and its question. */
  async acceptAll(amount: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Review all' }).click();
    await this.page.getByRole('menuitem', { name: `Accept ${amount}…` }).click();
    const question = this.dialog(`Accept ${amount}?`);
    await question.getByRole('button', { name: `Accept ${amount}` }).click();
    await expect(question).toHaveCount(0);
  }

  /** Freezes the accepted samples; ends with the list of datasets open. */
  async freeze(name: string): Promise<Locator> {
    await this.page.getByRole('button', { name: /^Freeze .*…$/ }).click();
    const dialog = this.dialog('Freeze a dataset');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: /^Freeze/ }).click();
    const datasets = this.dialog('Datasets');
    await expect(datasets.getByRole('row', { name })).toBeVisible();
    return datasets;
  }
}
