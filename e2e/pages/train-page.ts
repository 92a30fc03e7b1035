import type { Locator } from '@playwright/test';
import { expect } from '../fixtures.ts';
import type { Workbench } from '../workbench.ts';
import { choosePath } from './choose-path.ts';

/** Training takes seconds with a tiny model on a free machine, and far longer on a busy one. */
export const trainingTimeoutMs = 90_000;

/** What a new run is made of, in the words of the form. */
export interface RunSettings {
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
    return this.form.getByRole('button', { name: /^(Start training|Choose a|Locate|Correct)/ });
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
    return Number(/over (\d+) steps/.exec(summary ?? '')?.[1] ?? 0);
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
    await expect(dialog.getByRole('status')).toContainText(path, { timeout: 30_000 });
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
