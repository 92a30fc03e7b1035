import type { Locator, Page } from '@playwright/test';
import { expect } from '../fixtures.ts';
import type { Workbench } from '../workbench.ts';
import { statusIn } from './messages.ts';
import { choosePath } from './shell-page.ts';

/** Training takes seconds with a tiny model on a free machine, and far longer on a busy one. */
export const trainingTimeoutMs = 90_000;

/** What a new run is made of, in the words of the form. */
interface RunSettings {
  name: string;
  dataset: string;
  /** Recipe fields by their names, as in "Batch size". */
  recipe: Record<string, string>;
  /** What is answered at every epoch, as in "Built-in"; nothing if it is left out. */
  probe?: RegExp;
}

/** The Train tab. */
export class TrainPage {
  readonly workbench: Workbench;

  constructor(workbench: Workbench) {
    this.workbench = workbench;
  }

  get form(): Locator {
    return this.workbench.page.getByRole('region', { name: 'New run' });
  }

  /** Starts the run, or says what is missing for it. */
  get startButton(): Locator {
    return this.form.getByRole('button', {
      name: /^(Start training|Choose a|Confirm|Locate|Correct)/,
    });
  }

  /** The page of a run. */
  run(name: string): Locator {
    return this.workbench.page.getByRole('article', { name: `Run ${name}` });
  }

  /** The loss chart, named by what its line says. */
  lossChart(name: string): Locator {
    return this.run(name).getByRole('img', { name: /^Smoothed loss from/ });
  }

  /** Steps that the loss chart shows; 0 before the first one. */
  async shownSteps(name: string): Promise<number> {
    const chart = this.lossChart(name);
    const summary = (await chart.count()) === 0 ? null : await chart.getAttribute('aria-label');
    const [, steps = '0'] = /over ([\d,]+) steps?/.exec(summary ?? '') ?? [];
    return Number(steps.replaceAll(',', ''));
  }

  /** A model of the form by its name. */
  model(name: string): Locator {
    return this.form.getByRole('listitem').filter({ has: this.workbench.page.getByText(name) });
  }

  /** Adds a model file and waits until it is read and listed. */
  async addModel(path: string, name: string): Promise<void> {
    await choosePath(this.workbench, path, () =>
      this.form.getByRole('button', { name: 'Add model file…' }).click(),
    );
    await expect(this.model(name)).toBeVisible({ timeout: 30_000 });
  }

  /** A field of the recipe by its name. */
  recipeField(name: string): Locator {
    return this.form.getByRole('textbox', { name, exact: true });
  }

  /** Chooses the prompts that are answered at every epoch. */
  async chooseProbe(label: RegExp): Promise<void> {
    const list = this.form.getByRole('combobox', { name: 'Answered at every epoch' });
    const option = list.getByRole('option', { name: label });
    await list.selectOption(await option.innerText());
  }

  /** A device of the form, by its id as `lima doctor` prints it. */
  device(id: string): Locator {
    return this.form
      .getByRole('region', { name: 'Device' })
      .getByRole('listitem')
      .filter({ has: this.workbench.page.getByText(id, { exact: true }) });
  }

  /** Exports the adapter of an epoch from the page of its run; ends with the dialog closed. */
  async export(name: string, epoch: number, { as, path }: { as: string; path: string }) {
    await this.run(name)
      .getByRole('button', { name: `Export epoch ${epoch}` })
      .click();
    const dialog = this.workbench.page.getByRole('dialog', { name: `Export epoch ${epoch}` });
    await dialog.getByRole('combobox', { name: 'Export as' }).selectOption({ label: as });
    await dialog.getByRole('textbox', { name: /^New (file|folder)$/ }).fill(path);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await expect(statusIn(dialog)).toContainText(path, { timeout: 30_000 });
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  }

  /** Fills in the form and starts; ends on the page of the run. */
  async start({ name, dataset, recipe, probe }: RunSettings): Promise<void> {
    await this.form.getByRole('radio', { name: dataset }).check();
    if (probe) await this.chooseProbe(probe);
    for (const [label, value] of Object.entries(recipe)) await this.recipeField(label).fill(value);
    // On a machine that does other work, two threads of a tiny model mostly wait for each other.
    await this.form.getByText('Advanced').click();
    await this.form.getByRole('textbox', { name: 'CPU threads' }).fill('1');
    await this.form.getByRole('textbox', { name: 'Run name' }).fill(name);
    await this.form.getByRole('button', { name: 'Start training' }).click();
    await expect(this.run(name)).toBeVisible();
  }
}

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
