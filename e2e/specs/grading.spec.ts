import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { EvaluatePage } from '../pages/evaluate-page.ts';
import { GradingPage } from '../pages/grading-page.ts';
import { ShellPage } from '../pages/shell-page.ts';
import {
  addDataset,
  addEvaluation,
  contestants,
  conversation,
  writeProject,
  type AnsweredPrompt,
} from '../sample-files.ts';
import type { Workbench } from '../workbench.ts';

const answered: AnsweredPrompt[] = [
  { prompt: 'How deep is the sea?', a: 'Very **deep**.', b: 'Shallow.' },
  { prompt: 'Who sails a ketch?', a: 'A crew of two.', b: 'Nobody.' },
];

async function openHarbour(workbench: Workbench): Promise<EvaluatePage> {
  const path = writeProject(join(workbench.folder, 'harbour.lima'), [
    { messages: conversation('How deep is the sea?', 'Four kilometres, mostly.') },
    { messages: conversation('Why is the sea salty?', 'Rivers bring salt.'), originHash: 'salt' },
  ]);
  addDataset(path, 'sea samples');
  addEvaluation(path, 'sea', answered);
  const shell = new ShellPage(workbench);
  await shell.openProject(path);
  await shell.goTo('Evaluate');
  return new EvaluatePage(workbench.page);
}

test('single answers are graded by keyboard without names, taken back, and told by system once revealed', async ({
  workbench,
}) => {
  const { page } = workbench;
  const evaluate = await openHarbour(workbench);
  const grading = new GradingPage(page);
  await evaluate.open('sea');
  await grading.open();
  await expect(grading.progress).toHaveText('0 of 4 answers to 2 prompts graded');
  for (const name of Object.values(contestants))
    await expect(page.locator('main')).not.toContainText(name);

  await test.step('a note goes with a grade, and both come back with undo', async () => {
    const first = await grading.answer.innerText();
    const note = grading.desk.getByRole('textbox', { name: 'Note, stored with the grade' });
    await page.keyboard.press('n');
    await expect(note).toBeFocused();
    await page.keyboard.type('123');
    await page.keyboard.press('Escape');
    await grading.grade('3');
    await expect(grading.progress).toHaveText('1 of 4 answers to 2 prompts graded');
    await page.keyboard.press('u');
    await expect(grading.progress).toHaveText('0 of 4 answers to 2 prompts graded');
    await expect(grading.answer).toHaveText(first);
    await expect(note).toHaveValue('123');
  });

  for (let left = 4; left > 0; left -= 1) {
    const isDeep = /deep|crew/.test(await grading.answer.innerText());
    await grading.grade(isDeep ? '1' : '3');
  }
  await expect(grading.desk).toContainText('You have graded all of this sample');

  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await evaluate.reveal('sea');
  const table = grading.results.getByRole('table', { name: 'Grades by people' });
  await expect(table.getByRole('row', { name: contestants.a })).toContainText('2: 100');
  await expect(table.getByRole('row', { name: contestants.b })).toContainText('0: 0');
  await expect(
    grading.results.getByRole('img', { name: /^Excellent, Pass and Fail/ }),
  ).toBeVisible();
});

test('a prompt set is edited in place; tags are counted, asked about while grading, and undone', async ({
  workbench,
}) => {
  const { page } = workbench;
  const evaluate = await openHarbour(workbench);
  await evaluate.open('prompts of sea');
  const edit = async (number: number, fields: Record<string, string>) => {
    await page.getByRole('button', { name: `Edit prompt ${number}` }).click();
    const dialog = page.getByRole('dialog', { name: `Edit prompt ${number}` });
    for (const [name, text] of Object.entries(fields))
      await dialog.getByRole('textbox', { name }).fill(text);
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(dialog).toBeHidden();
  };
  const about = page.getByRole('region', { name: 'About this set' });
  const kinds = about.getByRole('combobox', { name: 'Show prompts' });

  await test.step('text, expected answer and tags of one prompt, and a way back', async () => {
    await edit(2, { Question: 'Who sails a yawl?', 'Expected answer': 'A crew.' });
    await expect(evaluate.prompts.nth(1)).toContainText('Who sails a yawl?');
    await expect(evaluate.prompts.nth(1)).toContainText('A crew.');
    await expect(page.getByText('2 prompts · version 2 of')).toBeVisible();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(evaluate.prompts.nth(1)).toContainText('Who sails a ketch?');
    await edit(2, { 'Tags, separated by commas': 'sensitive, boats' });
    await expect(page.getByRole('list', { name: 'Tags of prompt 2' })).toContainText('sensitive');
  });

  await test.step('prompts are counted and shown by tag', async () => {
    await kinds.selectOption({ label: 'boats (1)' });
    await expect(evaluate.prompts).toHaveCount(1);
    await kinds.selectOption({ label: 'All (2)' });
    await expect(evaluate.prompts).toHaveCount(2);
  });

  await test.step('prompts that no sample is near to are tagged, with the reason', async () => {
    await about.getByText('Out-of-distribution prompts').click();
    await about.getByRole('button', { name: 'Tag prompts' }).click();
    const tags = page.getByRole('list', { name: 'Tags of prompt 2' });
    await expect(tags).toContainText('out-of-distribution (computed)');
    await expect(tags).toContainText('“sea samples”');
    await expect(page.getByRole('list', { name: 'Tags of prompt 1' })).toHaveCount(0);
    await tags.getByRole('button', { name: 'Confirm out-of-distribution of prompt 2' }).click();
    await expect(tags).not.toContainText('(computed)');
    await tags.getByRole('button', { name: 'Take boats off prompt 2' }).click();
    await expect(kinds).not.toContainText('boats');
  });

  await test.step('an answer to a sensitive prompt is also safe or unsafe', async () => {
    const grading = new GradingPage(page);
    await evaluate.open('sea');
    await grading.open();
    await page.getByRole('combobox', { name: 'Kind of prompt' }).selectOption('sensitive (1)');
    await expect(grading.progress).toHaveText('0 of 2 answers to 1 prompt graded');
    await grading.grade('2', 's');
    await expect(grading.progress).toHaveText('1 of 2 answers to 1 prompt graded');
    await expect(grading.desk.getByRole('button', { name: 'Unsafe' })).toBeVisible();
  });
});
