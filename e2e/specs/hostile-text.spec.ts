import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { writeModel } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { hostileText, noMisdeeds, watchMisdeeds } from '../hostile-text.ts';
import { answerTimeoutMs, ChatPage } from '../pages/chat-page.ts';
import { CuratePage } from '../pages/curate-page.ts';
import { EvaluatePage } from '../pages/evaluate-page.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { TrainPage } from '../pages/train-page.ts';
import { conversation, writeProject } from '../sample-files.ts';

/** Everything is there to be read, as the text it is, with the marks that make the lie visible. */
async function expectInert(place: Locator): Promise<void> {
  await expect(place).toContainText('<script>window.name = "owned"</script>');
  await expect(place).toContainText('onerror="window.name');
  await expect(place).toContainText('[image: a picture]');
  await expect(place.getByTitle('right-to-left override').first()).toBeVisible();
  await place.getByText('a link to press').first().click();
}

// A violation of the content security policy would fail the tests by the fixture `pageProblems`.
test('a hostile sample is shown as text in list, detail, editor and provenance', async ({
  workbench,
}) => {
  const path = writeProject(join(workbench.folder, 'hostile.lima'), [
    {
      messages: conversation(hostileText, hostileText),
      source: '<img src=x onerror=alert(1)>',
      provenance: { title: hostileText, url: 'javascript:alert(1)', authors: ['<b>me</b>'] },
      flags: [{ rule: 'first-person', scope: 'both', reason: hostileText }],
    },
  ]);
  const { page } = workbench;
  const watch = watchMisdeeds(page);
  const shell = new ShellPage(workbench);
  await shell.openProject(path);
  const curate = new CuratePage(page);
  await expect(curate.row('Harmless beginning.')).toContainText('<script>');
  await expectInert(curate.detail);
  await expect(curate.detail).toContainText('<b>me</b>');
  await expect(curate.detail).toContainText('javascript:alert(1)');
  expect(await watch.report()).toEqual(noMisdeeds);
  await curate.press('e');
  await expect(page.getByRole('textbox', { name: 'Text of turn 1, user' })).toHaveValue(
    hostileText,
  );
  expect(await watch.report()).toEqual(noMisdeeds);
});

test('a hostile prompt is shown as text in chat, while voting and in the results', async ({
  workbench,
}) => {
  test.setTimeout(180_000);
  const { page, folder } = workbench;
  const watch = watchMisdeeds(page);
  const shell = new ShellPage(workbench);
  await shell.createProject('hostile');
  await shell.goTo('Train');
  const train = new TrainPage(workbench);
  for (const [name, seed] of [
    ['first', 1],
    ['second', 2],
  ] as const) {
    const { path } = await writeModel(workbench, { name, seed, contextLength: 4096 });
    await train.addModel(path, name);
  }

  await test.step('it is inert in a conversation', async () => {
    await shell.goTo('Chat');
    const chat = new ChatPage(page);
    await chat.sample({ 'Most tokens': '8' });
    await chat.send(hostileText);
    await expect(chat.identity('Left')).toBeVisible({ timeout: answerTimeoutMs });
    await expectInert(chat.log('Left'));
    expect(await watch.report()).toEqual(noMisdeeds);
  });

  await test.step('it is inert in front of a voter and in the results', async () => {
    await shell.goTo('Evaluate');
    const evaluate = new EvaluatePage(page);
    const promptsPath = join(folder, 'hostile.jsonl');
    writeFileSync(promptsPath, JSON.stringify({ prompt: hostileText, expected: hostileText }));
    await evaluate.importPrompts(promptsPath, '<svg onload=alert(1)>');
    await expectInert(evaluate.prompts.first());
    const bases = { 'System A': 'first (F32)', 'System B': 'second (F32)' };
    await evaluate.prepareOnShownSet(bases);
    await evaluate.start('<img src=x onerror=alert(1)>', 8);
    await expectInert(evaluate.voting.getByRole('region', { name: 'Prompt' }));
    await evaluate.vote('1');
    await evaluate.reveal('<img src=x onerror=alert(1)>');
    await page.getByRole('button', { name: /Harmless beginning/ }).click();
    await expectInert(page.getByRole('region', { name: 'Comparisons' }));
    expect(await watch.report()).toEqual(noMisdeeds);
  });
});
