import { courseDataset, openTrainingForm, writeModel } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { TrainPage, trainingTimeoutMs } from '../pages/train-page.ts';

/** A run that no machine ends while a test looks at it: tens of thousands of steps. */
const endless = { Rank: '4', Epochs: '1000', 'Batch size': '1' };

test.beforeEach(() => test.setTimeout(3 * trainingTimeoutMs));

test('a run goes on while the page is loaded anew, and its curve is there again', async ({
  workbench,
}) => {
  const { shell, train } = await openTrainingForm(workbench);
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

test('a paused run gives its memory back, outlives a reload and goes on where it stopped', async ({
  workbench,
}) => {
  const { shell, train } = await openTrainingForm(workbench);
  await train.start({ name: 'two halves', dataset: courseDataset, recipe: endless });
  const run = train.run('two halves');
  const shown = () => train.shownSteps('two halves');
  await expect.poll(shown, { timeout: trainingTimeoutMs }).toBeGreaterThan(1);
  await run.getByRole('button', { name: 'Pause' }).click();
  const note = run.getByRole('region', { name: 'This run is paused' });
  const resumes = /It goes on after step ([\d,]+)\. Nothing is done twice\./;
  await expect(note).toContainText(resumes, { timeout: trainingTimeoutMs });
  await expect(note).toContainText('memory is free');
  const [, step = ''] = resumes.exec(await note.innerText()) ?? [];
  const before = Number(step.replaceAll(',', ''));

  await workbench.page.reload();
  await shell.goTo('Train');
  await expect(note).toBeVisible();
  await expect.poll(shown).toBe(before);
  await run.getByRole('button', { name: 'Resume' }).click();
  await expect.poll(shown, { timeout: trainingTimeoutMs }).toBeGreaterThan(before);
  await expect(note).toHaveCount(0);
  await expect(run.getByRole('region', { name: 'History' }).getByRole('listitem')).toHaveText([
    new RegExp(`Paused after step ${before}`),
    new RegExp(`step ${before}`),
  ]);
});

test('a cancelled run says what is left of it, and its settings start another one', async ({
  workbench,
}) => {
  const { train } = await openTrainingForm(workbench);
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
