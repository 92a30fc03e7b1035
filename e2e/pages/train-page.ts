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

  /** A field of the recipe by its name, without the unit in parentheses. */
  recipeField(name: string): Locator {
    return this.form.getByRole('textbox', { name: new RegExp(`^${name}( \\(|$)`) });
  }

  /** Fills in the form and starts; ends on the page of the run. */
  async start({ name, dataset, recipe }: RunSettings): Promise<void> {
    await this.form.getByRole('radio', { name: dataset }).check();
    for (const [label, value] of Object.entries(recipe)) await this.recipeField(label).fill(value);
    // On a machine that does other work, two threads of a tiny model mostly wait for each other.
    await this.form.getByText('Advanced').click();
    await this.form.getByRole('textbox', { name: 'CPU threads' }).fill('1');
    await this.form.getByRole('textbox', { name: 'Run name' }).fill(name);
    await this.form.getByRole('button', { name: 'Start training' }).click();
    await expect(this.run(name)).toBeVisible();
  }
}
