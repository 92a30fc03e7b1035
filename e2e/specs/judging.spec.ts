import { writeModel } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { TrainPage } from '../pages/train-page.ts';
import { openPairs, pairs } from '../sea-pairs.ts';

test('a judge is asked beside the voters, told after the reveal, and warned of until it is audited', async ({
  workbench,
}) => {
  const { page } = workbench;
  const { shell, evaluate } = await openPairs(workbench, pairs(4, { words: 20 }));
  await shell.goTo('Train');
  const { path } = await writeModel(workbench, { name: 'referee', contextLength: 2048 });
  await new TrainPage(workbench).addModel(path, 'referee');
  await shell.goTo('Evaluate');
  const judges = page.getByRole('region', { name: 'Judges' });

  await test.step('while it is blind, only how far the judge is can be seen', async () => {
    await judges.getByRole('heading', { name: 'Judges' }).click();
    await judges.getByText('Ask a judge…').click();
    const form = judges.getByRole('form', { name: 'Ask a judge' });
    await expect(form.getByRole('combobox', { name: 'Rubric' })).toHaveText(/^pairwise/);
    await expect(form).toContainText('Each pair is shown in both orders');
    await form.getByRole('button', { name: 'Judge', exact: true }).click();
    const judging = judges.getByRole('article', { name: 'referee · pairwise' });
    await expect(judging).toContainText('8 of 8 verdicts', { timeout: 60_000 });
    await expect(judging).toContainText('not audited');
    await expect(judges).toContainText('told with the votes, after the reveal');
    await expect(page.getByText('Mean preference')).toHaveCount(0);
  });

  await test.step('after the reveal its verdicts stand beside the votes, with a warning', async () => {
    await evaluate.voteAll('1');
    await evaluate.reveal('sea');
    const preferred = page.getByRole('table', { name: 'What judges prefer' });
    await expect(preferred.getByRole('row').nth(1)).toContainText('judge referee · pairwise');
    await expect(preferred).toContainText('of 4');
    const warnings = page.getByRole('list', { name: 'Warnings' });
    await expect(warnings).toContainText('The judge referee · pairwise was not audited');
    await expect(page.getByRole('region', { name: 'Methods' })).toContainText(
      'saw 4 pairs of answers in both orders',
    );
  });

  await test.step('levels from 1 to 6 are drawn as a bar of each system, with their mean', async () => {
    await judges.getByText('Ask a judge…').click();
    const form = judges.getByRole('form', { name: 'Ask a judge' });
    await form.getByRole('combobox', { name: 'Rubric' }).selectOption('likert');
    await expect(form).toContainText('turn by turn in dialogues, from 1 to 6');
    await form.getByRole('checkbox', { name: 'Ask anew what the judge said before' }).check();
    await form.getByRole('button', { name: 'Judge', exact: true }).click();
    const levels = page.getByRole('figure', { name: 'Levels 1 to 6 of each system by judge' });
    await expect(levels).toContainText('n = 4', { timeout: 60_000 });
    await judges.getByText('Ask a judge…').click();
  });

  await test.step('a rubric is edited into a new version, which the forms offer', async () => {
    await judges.getByText('Ask a judge…').click();
    await judges.getByRole('button', { name: 'Audits and rubrics' }).click();
    const rubrics = page.getByRole('region', { name: 'Rubrics' });
    await rubrics.getByText('pairwise', { exact: true }).first().click();
    await rubrics.getByRole('button', { name: 'Edit pairwise' }).click();
    const form = rubrics.getByRole('form', { name: 'Edit rubric' });
    await form.getByRole('textbox', { name: 'Symbols' }).fill('1 2 2');
    await expect(form).toContainText('no two symbols of a rubric are the same');
    await form.getByRole('textbox', { name: 'Symbols' }).fill('1 2');
    await form.getByRole('textbox', { name: 'Instruction' }).fill('Which answer is right?');
    await form.getByRole('button', { name: 'Save as a new version' }).click();
    await expect(rubrics).toContainText('pairwise, version 2');
    await expect(form).toHaveCount(0);
  });

  await test.step('an audit is stopped, and goes on where it was', async () => {
    const form = page.getByRole('form', { name: 'New audit' });
    await form.getByRole('combobox', { name: 'Rubric' }).selectOption('pairwise, version 2');
    await form.getByRole('button', { name: 'Audit', exact: true }).click();
    const audit = page.getByRole('region', {
      name: 'Audit of referee, rubric pairwise, version 2',
    });
    await audit.getByRole('button', { name: 'Cancel' }).click();
    await expect(audit).toContainText('Stopped: the verdicts that came are kept.');
    await audit.getByRole('button', { name: 'Resume' }).click();
    await expect(audit.getByRole('table', { name: 'What was measured' })).toBeVisible({
      timeout: 90_000,
    });
  });
});
