import { courseDataset, openTrainingForm, writeModel } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { toast } from '../pages/messages.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { TrainPage, trainingTimeoutMs } from '../pages/train-page.ts';

/** A run that no machine ends while a test looks at it: tens of thousands of steps. */
const endless = { Rank: '4', Epochs: '1000', 'Batch size': '1' };

test.beforeEach(() => test.setTimeout(3 * trainingTimeoutMs));

test('a run outlives reloads of the page: while it goes on, and paused with its memory freed', async ({
  workbench,
}) => {
  const { shell, train } = await openTrainingForm(workbench);
  await train.start({ name: 'evening school', dataset: courseDataset, recipe: endless });
  const run = train.run('evening school');
  const shown = () => train.shownSteps('evening school');
  const reload = async () => {
    await workbench.page.reload();
    await shell.goTo('Train');
  };
  const growsBeyond = async (steps: number) =>
    await expect.poll(shown, { timeout: trainingTimeoutMs }).toBeGreaterThan(steps);

  await test.step('a running one goes on, and its curve is there again', async () => {
    await growsBeyond(1);
    const before = await shown();
    await expect(run.getByText(/^training: [\d,]+ of 40,000 steps$/)).toBeVisible();
    await reload();
    await expect.poll(shown).toBeGreaterThanOrEqual(before);
    await growsBeyond(await shown());
  });

  await test.step('a paused one stays where it stopped, and goes on from there', async () => {
    await run.getByRole('button', { name: 'Pause' }).click();
    const note = run.getByRole('region', { name: 'This run is paused' });
    const resumes = /Resumed, it goes on after step ([\d,]+)\. Nothing is done twice\./;
    await expect(note).toContainText(resumes, { timeout: trainingTimeoutMs });
    await expect(note).toContainText('memory is free');
    const [, step = ''] = resumes.exec(await note.innerText()) ?? [];
    const pausedAt = Number(step.replaceAll(',', ''));
    await reload();
    await expect(note).toBeVisible();
    await expect.poll(shown).toBe(pausedAt);
    await run.getByRole('button', { name: 'Resume' }).click();
    await growsBeyond(pausedAt);
    await expect(note).toHaveCount(0);
    await expect(run.getByRole('region', { name: 'History' }).getByRole('listitem')).toHaveText([
      new RegExp(`Paused after step ${pausedAt}`),
      new RegExp(`step ${pausedAt}`),
    ]);
  });
});

test('a cancelled run says what is left of it, and its settings fill the form of another one', async ({
  workbench,
}) => {
  const { train } = await openTrainingForm(workbench);
  await train.start({ name: 'night shift', dataset: courseDataset, recipe: endless });
  const run = train.run('night shift');
  const adapter = run.getByRole('table', { name: 'Checkpoints' });
  await expect(adapter).toBeVisible({ timeout: trainingTimeoutMs });
  await run.getByRole('button', { name: 'Cancel run' }).click();
  const question = workbench.page.getByRole('dialog', { name: 'Cancel “night shift”?' });
  await expect(question.getByRole('button', { name: 'Let it run' })).toBeFocused();
  await question.getByRole('button', { name: 'Cancel the run' }).click();
  const note = run.getByRole('region', { name: 'This run was cancelled' });
  await expect(note).toContainText(/adapters? of .*finished epochs? (is|are) kept/, {
    timeout: 30_000,
  });
  await note.getByRole('button', { name: 'Start again with these settings' }).click();
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

  // A chat template comes from a file, of Jinja or of JSON; what is none leaves the field alone.
  await train.form.getByText('Advanced').click();
  const template = train.recipeField('Chat template');
  const file = train.form.getByLabel('Chat template file');
  const jinja = '{% for m in messages %}{{ m.content }}{{ eos_token }}{% endfor %}';
  const choose = async (name: string, text: string) => {
    await file.setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  };
  await choose('tokenizer_config.json', JSON.stringify({ chat_template: jinja }));
  await expect(template).toHaveValue(jinja);
  await choose('notes.txt', 'Dear model, answer.');
  await expect(toast(shell.page, /notes\.txt gives no chat template: it has no/)).toBeVisible();
  await expect(template).toHaveValue(jinja);
});
