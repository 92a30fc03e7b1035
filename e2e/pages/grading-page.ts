import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures.ts';

/** Where single answers are graded. */
export class GradingPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get desk(): Locator {
    return this.page.getByRole('region', { name: 'Grading' });
  }

  get answer(): Locator {
    return this.desk.getByRole('region', { name: 'Answer' });
  }

  /** How far the grader is, as "1 of 8 answers to 4 prompts graded". */
  get progress(): Locator {
    return this.desk.getByText(/^\d+ of \d+ answers? to \d+ prompts? graded$/);
  }

  /** What grades say of revealed systems. */
  get results(): Locator {
    return this.page.getByRole('region', { name: 'Grades of single answers' });
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: 'Grade answers…' }).click();
    await expect(this.progress).toBeVisible();
  }

  /**
   * Grades the shown answer by keys, until it is stored: a key pressed too soon after an answer
   * appeared is meant for the last one and ignored.
   */
  async grade(...keys: string[]): Promise<void> {
    const before = await this.progress.innerText();
    await expect(async () => {
      if ((await this.progress.innerText()) === before)
        for (const key of keys) await this.page.keyboard.press(key);
      await expect(this.progress).not.toHaveText(before, { timeout: 500 });
    }).toPass({ timeout: 20_000 });
  }
}
