import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures.ts';

/** The Token X-ray in the Train tab. */
export class TokenXrayPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get view(): Locator {
    return this.page.getByRole('region', { name: 'Token X-ray' });
  }

  get rows(): Locator {
    return this.view.getByRole('listbox', { name: 'Samples of the dataset' }).getByRole('option');
  }

  /** The sample whose tokens are shown. */
  get sample(): Locator {
    return this.view.getByRole('article', { name: /^Sample \d+ as trained$/ });
  }

  /** The tokens in the page, each named by its tooltip: "token 3 · id 17 · trained". */
  tokens(fate: 'trained' | 'masked' | 'repeated' | 'not seen'): Locator {
    return this.sample
      .getByRole('region', { name: 'Tokens' })
      .getByTitle(new RegExp(String.raw`^token \d+ · id \d+ · ${fate}`));
  }

  /** Opens it from the form, which has a model and a dataset, and waits for every sample. */
  async open(samples: number): Promise<void> {
    await this.page.getByRole('button', { name: 'Token X-ray' }).click();
    await expect(this.view.getByText(`${samples} samples listed`)).toBeVisible();
    await expect(this.view.getByText('Chat template')).toBeVisible();
  }

  async filterBy(list: 'Source' | 'State' | 'Order', label: string): Promise<void> {
    await this.view.getByRole('combobox', { name: list }).selectOption({ label });
  }
}
