import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCourse, trainLesson } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { EvaluatePage } from '../pages/evaluate-page.ts';
import { trainingTimeoutMs } from '../pages/train-page.ts';

const questions = [
  'Why is the sky blue?',
  'Name a river.',
  'What rhymes with moon?',
  'And what comes after 7?',
];

test('two systems are judged blind by keyboard, revealed, and reported in one file', async ({
  workbench,
}) => {
  test.setTimeout(3 * trainingTimeoutMs);
  const { page, folder } = workbench;
  const shell = await openCourse(workbench);
  const lesson = await trainLesson(workbench, shell);
  await shell.goTo('Evaluate');
  const evaluate = new EvaluatePage(page);

  const promptsPath = join(folder, 'questions.jsonl');
  writeFileSync(promptsPath, questions.map((prompt) => JSON.stringify({ prompt })).join('\n'));
  await evaluate.importPrompts(promptsPath, 'four questions');
  await expect(evaluate.prompts).toHaveText(questions.map((text) => new RegExp(text.slice(0, -1))));
  await test.step('answers of what cannot run here are imported, and a system to choose', async () => {
    const answersPath = join(folder, 'model_outputs.json');
    const [instruction] = questions;
    const rows = [
      { instruction, output: 'It scatters.', generator: 'gpt4' },
      { instruction: 'Who?', output: 'Me.', generator: 'gpt4' },
    ];
    writeFileSync(answersPath, JSON.stringify(rows));
    const remarks = await evaluate.importAnswers(answersPath, 'GPT-4');
    await expect(remarks.getByRole('row', { name: 'line 1 “Who?”' })).toBeVisible();
    await expect(remarks.getByRole('row', { name: 'prompt 2 no answer' })).toBeVisible();
    await remarks.page().getByRole('button', { name: 'Done', exact: true }).click();
    await expect(page.getByRole('region', { name: 'Imported answers' })).toContainText(
      'GPT-41 answer, 3 prompts without one · from model_outputs.json (gpt4)',
    );
  });
  await evaluate.prepareOnShownSet();
  const systemB = evaluate.form.getByRole('group', { name: 'System B' });
  const choice = systemB.getByRole('combobox', { name: 'Base model or answers' });
  const base = await choice.inputValue();
  await choice.selectOption({ label: 'Imported answers: GPT-4 · 1 answer' });
  await expect(systemB).toContainText('From model_outputs.json (gpt4). Nothing is generated');
  await expect(evaluate.form.getByRole('button', { name: 'Generate 4 answers' })).toBeEnabled();
  await choice.selectOption(base);
  await systemB.getByRole('button', { name: 'Few-shot examples…' }).click();
  const examples = page.getByRole('dialog', { name: 'Few-shot examples' });
  await examples.getByRole('textbox', { name: 'Question' }).first().fill('Why?');
  await examples.getByRole('button', { name: 'Ask behind these', exact: true }).click();
  await expect(systemB).toContainText('Asked behind 3 constant examples');
  await systemB.getByRole('button', { name: 'Ask without', exact: true }).click();
  await expect(systemB).not.toContainText('constant examples');
  await evaluate.start('first match', 12);

  await test.step('nothing a voter sees tells the systems apart', async () => {
    const shown = await evaluate.voting.innerHTML();
    for (const secret of ['pupil', 'lesson', lesson.adapterHash, lesson.baseSha256.slice(0, 8)])
      expect(shown).not.toContain(secret);
    const marksOf = (side: string) =>
      evaluate.voting
        .getByRole('region', { name: `${side} answer` })
        .evaluate((element) => [element.className, ...element.getAttributeNames()]);
    expect(await marksOf('Left')).toEqual(await marksOf('Right'));
    await expect(evaluate.voting.getByRole('region', { name: 'Prompt' })).toHaveText(
      new RegExp(questions.map((text) => text.slice(0, -1)).join('|')),
    );
  });

  await test.step('votes by key are counted, and the last one can be taken back', async () => {
    await evaluate.vote('1');
    await evaluate.vote('3');
    await expect(evaluate.voting).toContainText('2 of 4 voted');
    const third = await evaluate.place();
    await page.keyboard.press('u');
    await expect(evaluate.voting).toContainText('1 of 4 voted');
    expect(await evaluate.place()).not.toBe(third);
    await evaluate.vote('2');
    await evaluate.vote('1');
    await evaluate.vote('3');
    await expect(page.getByText('You have voted on every pair')).toBeVisible();
    await expect(evaluate.voting).toContainText('4 of 4 voted');
  });

  await evaluate.reveal('first match');
  const statistics = page.getByRole('table', { name: 'Statistics' });
  await expect(statistics.getByRole('row', { name: /^Win \d/ })).toContainText(/\d.* of 4; Wilson/);
  await expect(statistics.getByRole('row', { name: /^Tie \d/ })).toContainText('1 of 4; Wilson');
  await expect(statistics.getByRole('row', { name: /^Sign test/ })).toContainText('p = ');
  await expect(page.getByRole('figure', { name: 'Preference' })).toContainText('Wilson');
  await expect(page.getByRole('region', { name: 'System A' })).toContainText('lesson');
  await expect(page.getByRole('region', { name: 'System A' })).toContainText(lesson.adapterHash);
  await expect(page.getByRole('region', { name: 'System B' })).toContainText('none');

  await test.step('a comparison leads to the samples near its prompt, and to a new one', async () => {
    const comparisons = page.getByRole('region', { name: 'Comparisons' });
    await comparisons.getByRole('button', { name: /what comes after 7/ }).click();
    const near = comparisons.getByRole('region', { name: 'Nearest accepted samples' });
    await expect(near.getByRole('listitem').first()).toContainText('What comes after 7?');
    await expect(near).toContainText('Found by the words they share');
    const search = near.getByRole('combobox', { name: 'Search by' });
    await search.selectOption({ index: 1 });
    await expect(near).toContainText('Found by what the prompts say');
    await expect(near.getByRole('listitem').first()).toContainText(/similarity [01]\.\d\d/);
    await search.selectOption('Words they share');
    await near.getByRole('button', { name: 'Edit #8 in Curate', exact: true }).click();
    await expect(page.getByRole('region', { name: 'Edit #8', exact: true })).toBeVisible();
    await shell.goTo('Evaluate');
    await near.getByRole('button', { name: 'New sample with this prompt', exact: true }).click();
    const begun = page.getByRole('region', { name: 'New sample', exact: true });
    const prompt = begun.getByRole('textbox', { name: 'Text of turn 1, user', exact: true });
    await expect(prompt).toHaveValue(/what comes after 7\?$/i);
    await begun.getByRole('textbox', { name: 'Text of turn 2, assistant' }).fill('Eight.');
    await begun.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(page.getByText('Added sample #41.', { exact: true })).toBeVisible();
    await shell.goTo('Evaluate');
    await expect(page.getByRole('region', { name: 'Methods' })).toContainText('Computed by Lima');
  });

  await test.step('the saved report is one file that needs nothing and runs nothing', async () => {
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as HTML' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toMatch(/\.html$/);
    const path = join(folder, 'report.html');
    await download.saveAs(path);
    const html = readFileSync(path, 'utf8');
    expect(html).toContain('first match');
    expect(html).toContain('Name a river.');
    expect(html).not.toMatch(/<script|<link|<iframe|<img|\ssrc\s*=|\son\w+\s*=|url\(|@import/i);
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org\/)/);
  });

  await test.step('it is extended by further prompts, blind again, and both are told together', async () => {
    await evaluate.extension.getByRole('button', { name: 'Extend by 10 prompts' }).click();
    await expect(evaluate.extension).toContainText(
      'compared on every prompt of “four questions” already',
    );
    const further = join(folder, 'further.txt');
    writeFileSync(further, 'Name a tree.\nCount to three.\n');
    await evaluate.importPrompts(further, 'further questions');
    await evaluate.open('first match');
    await evaluate.extension
      .getByRole('combobox', { name: 'Of the prompt set' })
      .selectOption({ label: 'further questions' });
    await evaluate.extend(2);
    await expect(page.getByRole('tabpanel', { name: 'Evaluate' })).not.toContainText(
      lesson.adapterHash,
    );
    await expect(evaluate.voting).toContainText('0 of 2 voted');
    for (const key of ['1', '3']) await evaluate.vote(key);
    await evaluate.reveal('first match, extended');
    const together = page.getByRole('table', { name: 'Together with what it extends' });
    await expect(together.getByRole('row', { name: /^first match \d/ })).toBeVisible();
    await expect(together.getByRole('row', { name: /^first match, extended/ })).toBeVisible();
    await expect(together.getByRole('row', { name: /^All together/ })).toBeVisible();
    await expect(page.getByRole('list', { name: 'Warnings' })).toContainText('optional stopping');
    await evaluate.list.getByRole('button', { name: /^first match(?!,)/ }).click();
    await expect(statistics.getByRole('row', { name: /^Tie \d/ })).toContainText('1 of 4; Wilson');
  });

  await test.step('a study of three systems is one blind queue, and its report names what was compared', async () => {
    await evaluate.prepareStudy();
    const form = evaluate.studyForm;
    await form.getByRole('button', { name: 'Add a system' }).click();
    const third = form.getByRole('group', { name: 'System 3' });
    const source = third.getByRole('combobox', { name: 'Base model or answers' });
    await expect(third.getByText(/Nothing is generated for them/)).toBeVisible();
    await source.selectOption({ index: 0 });
    await expect(form.getByText(/^System 3 is the same as system 2/)).toBeVisible();
    await third.getByRole('combobox', { name: 'Adapter' }).selectOption({ index: 1 });
    await third.getByRole('slider', { name: 'Strength' }).fill('0.5');
    await form.getByRole('checkbox', { name: /^further questions/ }).uncheck();
    await form.getByRole('checkbox', { name: /^four questions/ }).check();
    await expect(form.getByRole('note', { name: 'Size of the study' })).toContainText(
      '2 pairs of systems, 12 answers, 8 comparisons',
    );
    await evaluate.startStudy('three of a kind', 12);
    const shown = await page.getByRole('tabpanel', { name: 'Evaluate' }).innerHTML();
    expect(shown).not.toContain(lesson.adapterHash);
    await evaluate.voteAll('1');
    await expect(page.getByText('You have voted on every pair of your queue')).toBeVisible();
    await evaluate.reveal('three of a kind');
    await expect(page.getByRole('figure', { name: /^Win, tie and lose/ })).toBeVisible();
    await expect(page.getByRole('figure', { name: /^Bradley–Terry ratings/ })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Methods' })).toContainText(lesson.baseSha256);
    const pairs = page.getByRole('region', { name: 'Pairs' }).getByRole('button');
    await expect(pairs).toHaveCount(2);
    await pairs.first().click();
    await expect(page.getByRole('button', { name: 'Study three of a kind' })).toBeVisible();
  });

  await test.step('the votes of a file are counted and drawn, and what is wrong with it is said', async () => {
    const votes = join(folder, 'votes.csv');
    const rows = ['x,a', 'x,tie', 'y,b', 'y,b', 'y,maybe'];
    const table = rows.map((row) => `ours,${row}`);
    writeFileSync(votes, ['system_a,system_b,verdict', ...table].join('\n'));
    await evaluate.list.getByRole('button', { name: /^Statistics of votes/ }).click();
    const form = page.getByRole('form', { name: 'Votes in a file' });
    await form.getByRole('textbox', { name: 'File' }).fill(votes);
    await form.getByRole('button', { name: 'Compute', exact: true }).click();
    await expect(page.getByText('5 rows read, 1 row unusable, the first in line 6')).toBeVisible();
    const comparisons = page.getByRole('table', { name: 'Comparisons' });
    await expect(comparisons.getByRole('row', { name: /^ours against y 0, 0, 2/ })).toBeVisible();
    await expect(page.getByRole('figure', { name: /^Bradley–Terry ratings/ })).toBeVisible();
    const plan = page.getByRole('region', { name: 'How many prompts' });
    await expect(plan.getByRole('status')).toContainText('626 prompts find it');
    await plan.getByRole('textbox', { name: 'Ties, %' }).fill('95');
    await expect(plan.getByRole('status')).toContainText('fewer ties');
  });
});
