import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures.ts';
import { answerTimeoutMs } from './chat-page.ts';

/** The Evaluate tab. */
export class EvaluatePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get form(): Locator {
    return this.page.getByRole('form', { name: 'New evaluation' });
  }

  get studyForm(): Locator {
    return this.page.getByRole('form', { name: 'New study' });
  }

  /** What a voter sees: question, pair, buttons. */
  get voting(): Locator {
    return this.page.getByRole('region', { name: 'Voting' });
  }

  get list(): Locator {
    return this.page.getByRole('navigation', { name: 'Evaluations and prompt sets' });
  }

  get prompts(): Locator {
    return this.page.getByRole('list', { name: 'Prompts' }).locator(':scope > li');
  }

  /** Shows an evaluation of the list. */
  async open(name: string): Promise<void> {
    await this.list.getByRole('button', { name }).first().click();
    await expect(this.page.getByRole('heading', { name, level: 1 })).toBeVisible();
  }

  /** Imports a file of prompts; ends on the page of the set. */
  async importPrompts(path: string, name: string): Promise<void> {
    await this.list.getByRole('button', { name: 'Import…' }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Import prompts' });
    await dialog.getByRole('textbox', { name: 'File' }).fill(path);
    await dialog.getByRole('textbox', { name: 'Name (optional)' }).fill(name);
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(this.page.getByRole('heading', { name, level: 1 })).toBeVisible();
  }

  /** Imports answers to the shown set; ends at the table of what was left out or lacks. */
  async importAnswers(path: string, name: string): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Import answers…', exact: true }).click();
    const dialog = this.page.getByRole('dialog', { name: 'Import answers' });
    await dialog.getByRole('textbox', { name: 'File' }).fill(path);
    await dialog.getByRole('textbox', { name: 'Name of the system' }).fill(name);
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    const remarks = dialog.getByRole('table', { name: 'Left out or missing' });
    await expect(remarks).toBeVisible();
    return remarks;
  }

  /** Opens the form for the shown set; without a choice, the newest adapter meets its base. */
  async prepareOnShownSet(bases: Partial<Record<'System A' | 'System B', string>> = {}) {
    await this.page.getByRole('button', { name: 'Evaluate with these…' }).click();
    for (const [system, label] of Object.entries(bases))
      await this.form
        .getByRole('group', { name: system })
        .getByRole('combobox', { name: 'Base model' })
        .selectOption({ label });
  }

  /** Starts what the form says; ends in front of the first pair, when every answer is there. */
  async start(name: string, mostTokens: number): Promise<void> {
    await this.form.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await this.form.getByRole('textbox', { name: 'Most tokens' }).fill(String(mostTokens));
    await this.form.getByRole('button', { name: /^Generate/ }).click();
    await this.answered();
  }

  /** Compares on so many prompts of the set that the form has, chosen by the seed. */
  async compareSome(prompts: number): Promise<void> {
    await this.form.getByRole('radio', { name: 'Some, by seed' }).click();
    await this.form.getByRole('textbox', { name: 'Number of prompts' }).fill(String(prompts));
  }

  /** What a revealed evaluation is extended by. */
  get extension(): Locator {
    return this.page.getByRole('region', { name: 'Extend' });
  }

  /** Extends the revealed evaluation that is shown; ends in front of the first further pair. */
  async extend(prompts: number): Promise<void> {
    await this.extension.getByRole('textbox', { name: 'Further prompts' }).fill(String(prompts));
    await this.extension.getByRole('button', { name: `Extend by ${prompts} prompts` }).click();
    await expect(this.page.getByRole('heading', { name: /, extended$/, level: 1 })).toBeVisible();
    await this.answered();
  }

  private async answered(): Promise<void> {
    await expect(this.voting.getByRole('region', { name: 'Left answer' })).toBeVisible({
      timeout: answerTimeoutMs,
    });
    await expect(this.page.getByRole('button', { name: 'Reveal…' }).first()).toBeEnabled({
      timeout: answerTimeoutMs,
    });
  }

  /** Opens the form of a study; without a choice, the newest adapter meets its base. */
  async prepareStudy(): Promise<void> {
    await this.list.getByRole('button', { name: 'New study…' }).click();
    await expect(this.studyForm).toBeVisible();
  }

  /** Starts what the form of a study says; ends in front of the first pair, with every answer there. */
  async startStudy(name: string, mostTokens: number): Promise<void> {
    await this.studyForm.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await this.studyForm.getByRole('textbox', { name: 'Most tokens' }).fill(String(mostTokens));
    await this.studyForm.getByRole('button', { name: /^Generate/ }).click();
    await this.answered();
  }

  /** Votes by a key until nothing of the queue is left. */
  async voteAll(key: string): Promise<void> {
    while ((await this.place()).startsWith('Pair ')) await this.vote(key);
  }

  /** Which pair is shown, as "Pair 2 of 4"; "4 pairs" when none is left. */
  async place(): Promise<string> {
    return await this.voting.getByText(/^(Pair \d+ of \d+|\d+ pairs)$/).innerText();
  }

  /**
   * Votes on the shown pair by a key, until the next one is there: a key pressed too soon after a
   * pair appeared is meant for the last one and ignored.
   */
  async vote(key: string): Promise<void> {
    const place = await this.place();
    await expect(async () => {
      if ((await this.place()) === place) await this.page.keyboard.press(key);
      await expect(this.voting.getByText(place, { exact: true })).toHaveCount(0, { timeout: 500 });
    }).toPass({ timeout: 20_000 });
  }

  /** Ends the blind phase by the question that says so. */
  async reveal(name: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Reveal…' }).first().click();
    const question = this.page.getByRole('dialog', { name: `Reveal “${name}”?` });
    await question.getByRole('button', { name: 'Reveal', exact: true }).click();
    await expect(this.page.getByRole('region', { name: 'Result' })).toBeVisible();
  }
}
