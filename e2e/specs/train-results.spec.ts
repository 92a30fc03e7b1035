import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { courseDataset, openTrainingForm } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { trainingTimeoutMs } from '../pages/train-page.ts';

const shortRecipe = { Rank: '4', Epochs: '2', 'Batch size': '10', 'Learning rate': '0.02' };

test('a run ends with an adapter and answers per epoch, and its adapters can be taken out', async ({
  workbench,
}) => {
  test.setTimeout(3 * trainingTimeoutMs);
  const { folder } = workbench;
  const { train } = await openTrainingForm(workbench);
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
    await expect(epochs).toHaveText([/^Epoch/, /^28/, /^14/]);
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
});
