import { courseDataset, openCourse, writeModel } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { TrainPage, trainingTimeoutMs } from '../pages/train-page.ts';
import type { Workbench } from '../workbench.ts';

/** A run that no machine ends while a test looks at it: tens of thousands of steps. */
const endless = { Rank: '4', Epochs: '1000', 'Batch size': '1' };

test.beforeEach(() => test.setTimeout(3 * trainingTimeoutMs));

/** Opens the form with the dataset of the course and a tiny model. */
async function openForm(workbench: Workbench): Promise<{ shell: ShellPage; train: TrainPage }> {
  const shell = await openCourse(workbench);
  await shell.goTo('Train');
  const train = new TrainPage(workbench);
  const { path } = await writeModel(workbench, { name: 'pupil' });
  await train.addModel(path, 'pupil');
  return { shell, train };
}

test('a run goes on while the page is loaded anew, and its curve is there again', async ({
  workbench,
}) => {
  const { shell, train } = await openForm(workbench);
  await train.start({ name: 'evening school', dataset: courseDataset, recipe: endless });
  const shown = () => train.shownSteps('evening school');
  await expect.poll(shown, { timeout: trainingTimeoutMs }).toBeGreaterThan(1);
  const before = await shown();
  const run = train.run('evening school');
  await expect(run.getByText(/^training: [\d,]+ of 40,000 steps$/)).toBeVisible();

  await workbench.page.reload();
  await shell.goTo('Train');
  await expect.poll(shown).toBeGreaterThanOrEqual(before);
  const after = await shown();
  await expect.poll(shown, { timeout: trainingTimeoutMs }).toBeGreaterThan(after);
});

test('a run ends with all its steps and an adapter per epoch', async ({ workbench }) => {
  const { train } = await openForm(workbench);
  await train.start({
    name: 'two evenings',
    dataset: courseDataset,
    recipe: { Rank: '4', Epochs: '2', 'Batch size': '10' },
  });
  const run = train.run('two evenings');
  await expect(run.getByText('8 of 8 steps')).toBeVisible({ timeout: trainingTimeoutMs });
  await expect.poll(() => train.shownSteps('two evenings')).toBe(8);
  const epochs = run.getByRole('table', { name: 'Checkpoints' }).getByRole('row');
  await expect(epochs).toHaveText([/^Epoch/, /^28/, /^14/]);
  await expect(epochs.nth(1).getByTitle(/^[0-9a-f]{64}$/)).toHaveText(/^[0-9a-f]{8}$/);
});

test('a cancelled run says what is left of it, and its settings start another one', async ({
  workbench,
}) => {
  const { train } = await openForm(workbench);
  await train.start({ name: 'night shift', dataset: courseDataset, recipe: endless });
  const run = train.run('night shift');
  const adapter = run.getByRole('table', { name: 'Checkpoints' });
  await expect(adapter).toBeVisible({ timeout: trainingTimeoutMs });
  await run.getByRole('button', { name: 'Cancel run' }).click();
  await workbench.page
    .getByRole('dialog', { name: 'Cancel “night shift”?' })
    .getByRole('button', { name: 'Cancel the run' })
    .click();
  const note = run.getByRole('region', { name: 'This run was cancelled' });
  await expect(note).toContainText(/adapters? of .*finished epochs? (is|are) kept/, {
    timeout: 30_000,
  });
  await note.getByRole('button', { name: 'Use these settings for a new run' }).click();
  await expect(train.recipeField('Epochs')).toHaveValue('1000');
  await expect(train.startButton).toHaveText('Start training');
});

test('a model that cannot be trained is listed with the reason and cannot be chosen', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  await shell.createProject('stranger');
  await shell.goTo('Train');
  const train = new TrainPage(workbench);
  const { path } = await writeModel(workbench, { name: 'stranger', architecture: 'bloom' });
  await train.addModel(path, 'stranger');
  const model = train.model('stranger');
  await expect(model).toContainText('cannot be trained');
  await expect(model).toContainText('bloom');
  await expect(model.getByRole('radio')).toBeDisabled();
  await expect(train.startButton).toBeDisabled();
});
