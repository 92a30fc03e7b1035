import { courseDataset, courseSamples, openCourse, writeModel } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { TrainPage, trainingTimeoutMs } from '../pages/train-page.ts';

const totalSteps = 2 * courseSamples;

test.beforeEach(() => test.setTimeout(3 * trainingTimeoutMs));

test('a run goes on while the page is loaded anew, and ends with an adapter per epoch', async ({
  workbench,
}) => {
  const shell = await openCourse(workbench);
  await shell.goTo('Train');
  const train = new TrainPage(workbench);
  const { path } = await writeModel(workbench, { name: 'pupil', embeddingLength: 128, layers: 4 });
  await train.addModel(path, 'pupil');
  await train.start({
    name: 'evening school',
    dataset: courseDataset,
    recipe: { Rank: '4', Epochs: '2', 'Batch size': '1' },
  });
  const run = train.run('evening school');
  await expect
    .poll(() => train.shownSteps('evening school'), { timeout: trainingTimeoutMs })
    .toBeGreaterThan(1);
  const before = await train.shownSteps('evening school');
  expect(before).toBeLessThan(totalSteps);
  await expect(run.getByText(/^training: \d+ of 80 steps$/)).toBeVisible();

  await workbench.page.reload();
  await shell.goTo('Train');
  await expect.poll(() => train.shownSteps('evening school')).toBeGreaterThanOrEqual(before);
  await expect
    .poll(() => train.shownSteps('evening school'), { timeout: trainingTimeoutMs })
    .toBe(totalSteps);
  await expect(run.getByText('80 of 80 steps')).toBeVisible({ timeout: 30_000 });
  const epochs = run.getByRole('table', { name: 'Checkpoints' }).getByRole('row');
  await expect(epochs).toHaveText([/^Epoch/, /^280/, /^140/]);
  await expect(epochs.nth(1).getByTitle(/^[0-9a-f]{64}$/)).toHaveText(/^[0-9a-f]{8}$/);
});

test('a cancelled run says what is left of it, and its settings start another one', async ({
  workbench,
}) => {
  const shell = await openCourse(workbench);
  await shell.goTo('Train');
  const train = new TrainPage(workbench);
  const { path } = await writeModel(workbench, { name: 'pupil' });
  await train.addModel(path, 'pupil');
  await train.start({
    name: 'night shift',
    dataset: courseDataset,
    recipe: { Rank: '4', Epochs: '1000', 'Batch size': '40' },
  });
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
