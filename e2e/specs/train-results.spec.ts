import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { courseDataset, openTrainingForm } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { addLongRun } from '../long-run.ts';
import { statusIn } from '../pages/messages.ts';
import { columnWidths, expectValuesAtPointer, nestedScrollers } from '../pages/run-page.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { TrainPage, trainingTimeoutMs } from '../pages/train-page.ts';
import { conversation, writeProject } from '../sample-files.ts';

const shortRecipe = { Rank: '4', Epochs: '2', 'Batch size': '10', 'Learning rate': '0.02' };

/** Milliseconds that a duration of the window stands for, as in "1 min 20 s". */
function durationMs(text: string): number {
  const unitMs: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };
  const amounts = [...text.matchAll(/(\d+) (ms|s|min|h)\b/g)];
  return amounts.reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitMs[unit] ?? 0),
    0,
  );
}

test('a run ends with an adapter and answers per epoch; runs are compared, found and pruned', async ({
  workbench,
}) => {
  test.setTimeout(4 * trainingTimeoutMs);
  const { folder, page } = workbench;
  const { train } = await openTrainingForm(workbench);
  const inUse = train.form.getByRole('status', { name: 'Recipe in use' });
  const time = train.form.getByRole('status', { name: 'Time' });

  await test.step('the recipe says as what it began and what was changed, which goes back one by one', async () => {
    const presets = train.form.getByRole('button', { name: 'Presets…' });
    await expect(inUse).toHaveText('Defaults · nothing changed');
    await presets.click();
    await page.getByRole('menuitemcheckbox', { name: /^quick/ }).click();
    await expect(inUse).toHaveText('quick · nothing changed');
    await train.recipeField('Epochs').fill('7');
    await train.recipeField('Rank').fill('2');
    await expect(inUse).toHaveText('quick · 2 changed');
    await presets.click();
    const chosen = page.getByRole('menuitemcheckbox', { checked: true });
    await expect(chosen).toHaveText(/^quick.*changed: Rank, Epochs/);
    await page.keyboard.press('Escape');
    await train.form.getByRole('button', { name: 'Reset Epochs to 3' }).click();
    await expect(train.recipeField('Epochs')).toHaveValue('3');
    await expect(inUse).toHaveText('quick · 1 changed');
    await train.form.getByRole('button', { name: 'Reset all' }).click();
    await expect(train.recipeField('Rank')).toHaveValue('8');
    await expect(inUse).toHaveText('quick · nothing changed');
    await presets.click();
    await page.getByRole('menuitemcheckbox', { name: /^Defaults/ }).click();
  });

  await test.step('the time before any run was measured is said to be a guess', async () => {
    await expect(time).toContainText('roughly guessed');
  });

  await test.step('at 900 px it is in sight what will happen, and where it is started', async () => {
    await page.setViewportSize({ width: 900, height: 840 });
    // The steps before left the form scrolled.
    await page
      .getByRole('heading', { name: 'Model', exact: true })
      .evaluate((heading) => heading.scrollIntoView());
    await expect(page.getByRole('heading', { name: 'What will happen' })).toBeInViewport();
    await expect(time).toBeInViewport();
    await expect(page.getByRole('button', { name: 'Start training' })).toBeInViewport();
    await page.setViewportSize({ width: 1280, height: 840 });
  });

  await test.step('what a setting means, and where it comes from, is told when it is asked', async () => {
    const source = page.getByText('LIMA, section', { exact: false }).filter({ visible: true });
    await expect(source).toHaveCount(0);
    await train.form.getByRole('button', { name: 'About Batch size' }).click();
    await expect(source).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(source).toHaveCount(0);
  });

  const cpu = train.device('cpu');
  await expect(cpu).toContainText('free');
  await expect(cpu).toContainText('self-tests compare with it');
  await train.start({
    name: 'two evenings',
    dataset: courseDataset,
    recipe: shortRecipe,
    probe: /^Built-in/,
  });
  const run = train.run('two evenings');
  await expect(run.getByText('8 of 8 steps')).toBeVisible({ timeout: trainingTimeoutMs });
  await expect.poll(() => train.shownSteps('two evenings')).toBe(8);

  await test.step('each epoch left an adapter', async () => {
    const epochs = run.getByRole('table', { name: 'Checkpoints' }).getByRole('row');
    await expect(epochs).toHaveText([/^Epoch/, /^ 28/, /^ 14/]);
    await expect(epochs.nth(1).getByTitle(/^[0-9a-f]{64}$/)).toHaveText(/^[0-9a-f]{8}$/);
  });

  await test.step('each curve tells its values in a table', async () => {
    const curves = run.getByRole('region', { name: 'Curves' }).getByRole('figure');
    await expect(curves).toHaveCount(3);
    for (const curve of await curves.all()) {
      await expect(curve.getByRole('img')).toHaveAccessibleName(/ from \S+ to \S+ over 8 steps/);
      await curve.getByText('Values', { exact: true }).click();
      const rows = curve.getByRole('table', { name: /^Values of / }).getByRole('row');
      await expect(rows).toHaveCount(9);
      await expect(rows.last()).toHaveText(/^8\d+[.e]/);
    }
  });

  await test.step('each prompt is answered by the base and at each epoch', async () => {
    const table = run.getByRole('table', { name: 'Answers to the probe prompts' });
    const columns = [/^Prompt$/, /^Base$/, /^Epoch 1/, /^Epoch 2/];
    await expect(table.getByRole('columnheader')).toHaveText(columns);
    await expect(table.getByRole('rowheader')).toHaveCount(5);
    await expect(table.getByRole('cell')).toHaveCount(15);
    await expect(table.getByRole('cell').filter({ hasText: 'not answered' })).toHaveCount(0);
  });

  await test.step('exports lie where they were asked for', async () => {
    const file = join(folder, 'second.gguf');
    await train.export('two evenings', 2, { as: 'Adapter as GGUF', path: file });
    expect(readFileSync(file).subarray(0, 4).toString()).toBe('GGUF');
    const peft = join(folder, 'first-peft');
    await train.export('two evenings', 1, { as: 'Adapter as PEFT safetensors', path: peft });
    const config = JSON.parse(readFileSync(join(peft, 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({ peft_type: 'LORA', r: 4 });
    expect(readFileSync(join(peft, 'adapter_model.safetensors')).length).toBeGreaterThan(1000);
  });

  await test.step('values stand at the pointer, no box scrolls in another, and the path is not widest', async () => {
    await expectValuesAtPointer(train.lossChart('two evenings'));
    expect(await nestedScrollers(run)).toEqual([]);
    const widths = await columnWidths(run.getByRole('table', { name: 'Checkpoints' }));
    const widest = widths.toSorted(([, one], [, other]) => other - one)[0]?.[0];
    expect(widest).not.toBe('File');
  });

  await test.step('the time of the same run again is what it took', async () => {
    const line = await run.getByText(/trained for/).innerText();
    await run.getByRole('button', { name: 'Start again with these settings' }).click();
    await expect(inUse).toHaveText('Run two evenings · nothing changed');
    await expect(time).toContainText('from 1 earlier run of this model on cpu');
    const [low = '', high = low] = (await time.innerText()).split(',')[0]?.split(' to ') ?? [];
    const tookMs = durationMs(/trained for ([^·]*)/.exec(line)?.[1] ?? '');
    expect(tookMs).toBeGreaterThan(0);
    // Numbers of one unit leave it out of the first: rounding is all they may differ by.
    expect(durationMs(low)).toBeLessThanOrEqual(1.1 * tookMs);
    expect(durationMs(high)).toBeGreaterThanOrEqual(0.9 * tookMs);
  });

  await test.step('a run can go on from an adapter, whose shape the recipe then has', async () => {
    const from = train.form.getByRole('combobox', { name: 'Go on from', exact: true });
    await train.recipeField('Rank').fill('9');
    await from.selectOption({ label: 'two evenings · epoch 2' });
    await expect(train.recipeField('Rank')).toHaveValue('4');
    const command = train.form.getByRole('region', { name: 'As a command', exact: true });
    await expect(command).toContainText(/--from-adapter [0-9a-f]{64}/);
    await from.selectOption({ label: 'A new adapter' });
    await expect(command).not.toContainText('--from-adapter');
  });

  await train.start({
    name: 'three mornings',
    dataset: courseDataset,
    recipe: { Epochs: '3', 'Learning rate': '0.001' },
  });
  const other = train.run('three mornings');
  await expect(other.getByText('12 of 12 steps')).toBeVisible({ timeout: trainingTimeoutMs });
  const runs = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
  const names = () => runs.locator('.run-item-name').allTextContents();

  await test.step('a state has one colour wherever it is told', async () => {
    const colors = new Set<string>();
    const badges = page.locator('.badge').filter({ hasText: /^succeeded$/ });
    await expect(badges).toHaveCount(3);
    for (const badge of await badges.all())
      colors.add(await badge.evaluate((element) => getComputedStyle(element).color));
    expect(colors.size).toBe(1);
  });

  await test.step('runs are found by words, filtered by state and sorted', async () => {
    const find = page.getByRole('searchbox', { name: 'Find runs' });
    const order = page.getByRole('combobox', { name: 'Order of runs' });
    await expect.poll(names).toEqual(['three mornings', 'two evenings']);
    await order.selectOption({ label: 'Oldest first' });
    await expect.poll(names).toEqual(['two evenings', 'three mornings']);
    await find.fill('mornings pupil');
    await expect.poll(names).toEqual(['three mornings']);
    await find.fill('nights');
    await expect(page.getByText('Of 2 runs none is like that.')).toBeVisible();
    await page.getByRole('button', { name: 'Show all', exact: true }).click();
    await expect(find).toHaveValue('');
    const state = page.getByRole('combobox', { name: 'State of runs' });
    await expect(state.getByRole('option')).toHaveText(['Any state', 'succeeded']);
    await state.selectOption('succeeded');
    await expect.poll(names).toEqual(['three mornings', 'two evenings']);
  });

  await test.step('two runs are compared: their curves, their results, and only settings that differ', async () => {
    await page.getByRole('button', { name: /^Compare(?! in| epochs)/ }).click();
    for (const name of ['two evenings', 'three mornings'])
      await page.getByRole('checkbox', { name: `Compare ${name}` }).check();
    const comparison = page.getByRole('article', { name: 'Comparison of runs' });
    await expect(comparison.getByRole('heading', { name: '2 runs compared' })).toBeVisible();
    const curves = comparison.getByRole('img', { name: /^Training loss, smoothed/ });
    const course = String.raw`from [\d.]+ to [\d.]+`;
    const both = new RegExp(`three mornings ${course}, two evenings ${course}$`);
    await expect(curves).toHaveAttribute('aria-label', both);
    await expect(curves.locator('canvas')).toBeVisible();
    const results = comparison.getByRole('table', { name: 'Results of the runs' });
    await expect(results.getByRole('row', { name: /^Steps/ })).toHaveText(/12 of 12.*8 of 8/);
    const settings = comparison.getByRole('table', { name: 'Settings that differ' });
    await expect(settings.getByRole('rowheader')).toHaveText(['Epochs', 'Learning rate']);
    await expect(settings.getByRole('row', { name: /^Epochs/ })).toHaveText(/3.*2/);
    await page.getByRole('button', { name: /^Compare(?! in| epochs)/ }).click();
  });

  await test.step('a rule keeps the last adapter, says before what it frees, and the others are gone', async () => {
    await runs.getByRole('button', { name: /^three mornings/ }).click();
    const table = other.getByRole('table', { name: 'Checkpoints' });
    const copies = await other
      .locator('.run-path')
      .evaluateAll((paths) => paths.map((path) => path.getAttribute('title') ?? ''));
    expect(copies.map((path) => existsSync(path))).toEqual([true, true, true]);
    await other.getByRole('button', { name: 'Keep only some…' }).click();
    const dialog = page.getByRole('dialog');
    const plan = statusIn(dialog);
    await expect(plan).toHaveText(
      /^2 checkpoints would go \(epochs 1, 2\), which frees [\d.]+ [KM]iB\. What stays: epoch 3\.$/,
    );
    const [, frees] = /frees ([\d.]+ [KM]iB)/.exec(await plan.innerText()) ?? [];
    await dialog.getByRole('combobox', { name: 'Keep' }).selectOption('best-votes');
    await expect(plan).toContainText('Nothing would be removed');
    await dialog.getByRole('combobox', { name: 'Keep' }).selectOption('every');
    await dialog.getByRole('textbox', { name: 'Every how many epochs' }).fill('2');
    await expect(plan).toContainText('What stays: epochs 2, 3.');
    await dialog.getByRole('combobox', { name: 'Keep' }).selectOption('last');
    await dialog.getByRole('textbox', { name: 'How many' }).fill('1');
    await dialog.getByRole('button', { name: 'Remove 2 checkpoints' }).click();
    await expect(page.getByText(`Removed 2 checkpoints: ${frees} freed.`)).toBeVisible();
    await expect(table.getByText('The file was deleted.')).toHaveCount(2);
    expect(copies.map((path) => existsSync(path))).toEqual([true, false, false]);
  });
});

// With as many it stopped answering clicks: each point of a curve made every row and answer anew.
test('a run of a thousand checkpoints shows what is in sight, and any epoch when asked', async ({
  workbench,
}) => {
  const path = writeProject(join(workbench.folder, 'long.lima'), [
    { messages: conversation('Are we there yet?', 'Not yet.') },
  ]);
  addLongRun(path, 'long way', 1000);
  const shell = new ShellPage(workbench);
  await shell.openProject(path);
  await shell.goTo('Train');
  const run = new TrainPage(workbench).run('long way');

  await test.step('all checkpoints can be scrolled through, and few of them are in the page', async () => {
    const table = run.getByRole('table', { name: 'Checkpoints' });
    await run.getByRole('button', { name: 'Show all 1,000' }).click();
    await expect(table).toHaveAttribute('aria-rowcount', '1001');
    const rows = table.locator('tbody tr[aria-rowindex]');
    // A row that has just left the page has no height.
    const heights = () => rows.evaluateAll((all) => all.map((row) => row.clientHeight));
    await expect.poll(async () => [...new Set(await heights())]).toEqual([34]);
    await run.getByRole('button', { name: 'Show the newest 12' }).scrollIntoViewIfNeeded();
    await expect(table.getByRole('row', { name: /^1 4 / })).toBeVisible();
    expect(await rows.count()).toBeLessThan(80);
    await run.getByRole('button', { name: 'Show the newest 12' }).click();
    await expect(rows).toHaveCount(12);
  });

  await test.step('a few epochs of the probe are shown, the last ones first', async () => {
    const table = run.getByRole('table', { name: 'Answers to the probe prompts' });
    const heads = table.getByRole('columnheader');
    await expect(heads).toHaveCount(14);
    await expect(heads.last()).toHaveText(/^Epoch 1,000/);
    const choice = run.getByRole('combobox', { name: 'Epochs shown' });
    await choice.selectOption({ label: 'Epochs 13 to 24' });
    await expect(heads.last()).toHaveText(/^Epoch 24/);
    await expect(table.getByText(/^Answer 0 of epoch 13:/)).toBeVisible();
    await choice.selectOption({ label: '12 from first to last' });
    await expect(heads.nth(2)).toHaveText(/^Epoch 1 /);
    await expect(heads.last()).toHaveText(/^Epoch 1,000/);
  });

  await test.step('the head of the probe table stays in sight', async () => {
    const table = run.getByRole('table', { name: 'Answers to the probe prompts' });
    await table.getByText(/^Answer 4 of epoch 0:/).scrollIntoViewIfNeeded();
    await workbench.page.mouse.wheel(0, 200);
    const base = table.getByRole('columnheader', { name: 'Base' });
    await expect(base).toBeInViewport();
    const [head, body] = [
      await base.boundingBox(),
      await run.locator('.run-page-body').boundingBox(),
    ];
    expect(Math.abs((head?.y ?? 0) - (body?.y ?? 0))).toBeLessThan(4);
  });
});
