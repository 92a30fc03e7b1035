import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { openCourse, trainLesson, writeModel } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { answerTimeoutMs, ChatPage } from '../pages/chat-page.ts';
import { toast } from '../pages/messages.ts';
import { choosePath, ShellPage } from '../pages/shell-page.ts';
import { trainingTimeoutMs } from '../pages/train-page.ts';

/** What stands in the tab is kept within a quarter of a second. */
const keptAfterMs = 600;

test('base and adapter answer beside each other, each under the hash of what really ran', async ({
  workbench,
}) => {
  test.setTimeout(2 * trainingTimeoutMs);
  const shell = await openCourse(workbench);
  const lesson = await trainLesson(workbench, shell);
  await shell.goTo('Chat');
  const { page } = workbench;
  const chat = new ChatPage(page);
  await chat.sample({ 'Most tokens': '12' });
  await chat.send('What comes after 7?');
  await expect(chat.identity('Left')).toContainText(lesson.baseSha256.slice(0, 8), {
    timeout: answerTimeoutMs,
  });
  await expect(chat.identity('Left')).not.toContainText('lesson');
  await expect(chat.identity('Right')).toContainText(lesson.baseSha256.slice(0, 8), {
    timeout: answerTimeoutMs,
  });
  await expect(chat.identity('Right')).toContainText(lesson.adapterHash);
  await expect(chat.identity('Right')).toContainText('lesson');
  await expect(workbench.page.getByText('Not what was asked for')).toHaveCount(0);
  await expect(chat.log('Left')).toContainText('What comes after 7?');

  // Its samples have one question each: that a second one is something else is said of it alone.
  const notes = page.getByRole('group', { name: 'About the next question' });
  await expect(notes).toHaveCount(1);
  await expect(
    chat.log('Right').getByRole('group', { name: 'About the next question' }),
  ).toContainText('none of the 40 samples of “course” has a second one');

  // One pane alone is asked something long; after that the same question stands level in both.
  // It is asked with another chat template, which its answer tells by the hash.
  const template = '{% for m in messages %}[{{ m.content }}]{{ eos_token }}{% endfor %}';
  await chat.chooseTemplate('Left', template);
  await chat.sendTo('Left');
  await chat.send('And before it?\n\nTake\n\nyour\n\ntime.');
  await chat.answered('Left', 2);
  const hash = createHash('sha256').update(template).digest('hex');
  await expect(chat.identity('Left')).toContainText(`template ${hash.slice(0, 8)}`);
  await chat.head('Left').getByRole('button', { name: 'Use its own', exact: true }).click();
  await expect(chat.head('Left').getByRole('note')).toHaveCount(0);
  await chat.sendTo('Both');
  await chat.send('What comes after 9?');
  await chat.answered('Left', 3);
  await chat.answered('Right', 2);
  for (const prompt of ['What comes after 7?', 'What comes after 9?'])
    expect(await chat.heightOf('Left', prompt)).toBe(await chat.heightOf('Right', prompt));

  await chat.prompt.fill('Half a question');
  await page.getByRole('slider').first().press('ArrowLeft');
  const strength = await page.getByRole('slider').first().inputValue();
  await page.waitForTimeout(keptAfterMs);
  const isAsLeft = async () => {
    await shell.goTo('Chat');
    await expect(chat.log('Left').getByRole('note')).toHaveCount(3);
    await expect(chat.log('Right').getByRole('note')).toHaveCount(2);
    await expect(chat.identity('Right')).toContainText(lesson.adapterHash);
    expect(await chat.heightOf('Left', 'What comes after 9?')).toBe(
      await chat.heightOf('Right', 'What comes after 9?'),
    );
    await expect(chat.prompt).toHaveValue('Half a question');
    await expect(page.getByRole('slider').first()).toHaveValue(strength);
  };
  await page.reload();
  await isAsLeft();
  await shell.closeProject('school');
  await shell.recentProjects
    .getByRole('button', { name: /school/ })
    .first()
    .click();
  await isAsLeft();
  await workbench.restart('kill');
  await shell.recentProjects
    .getByRole('button', { name: /school/ })
    .first()
    .click();
  await isAsLeft();

  // One key begins anew in both panes, from within the box; the draft stays, and there is a way back.
  await chat.prompt.press('ControlOrMeta+Shift+o');
  await expect(page.getByRole('heading', { name: 'The model before' })).toBeVisible();
  await expect(chat.prompt).toHaveValue('Half a question');
  await toast(page, /new conversation/i)
    .getByRole('button', { name: 'Undo' })
    .click();
  await isAsLeft();
  await chat.prompt.press('ControlOrMeta+Shift+o');
  await chat.sample({ 'Most tokens': '6' });
  await chat.send('Something else');
  await chat.answered('Left', 1);
  await chat.answered('Right', 1);
  await page.getByRole('button', { name: 'Conversations' }).click();
  await expect(chat.listed).toHaveText([/^Something else/, /^What comes after 7/]);
  await chat.conversations.getByRole('searchbox').fill('AFTER 9');
  await expect(chat.listed).toHaveText([/^What comes after 7/]);

  await test.step('a conversation is renamed in the list, and is called so from then on', async () => {
    const dialog = shell.dialog('Name, note and tags of the conversation');
    await chat.listed.press('F2');
    await dialog.getByLabel('Name').fill('Counting');
    await dialog.getByLabel('Name').press('Enter');
    await expect(chat.listed).toHaveText([/^Counting/]);
    // The toast takes the name away again, and does not give it the words of the first prompt.
    const renamed = toast(page, 'Renamed');
    await renamed.getByRole('button', { name: 'Undo' }).click();
    await expect(chat.listed).toHaveText([/^What comes after 7/]);
    await chat.listed.press('F2');
    await dialog.getByLabel('Name').fill('Counting');
    await dialog.getByLabel('Name').press('Enter');
    await expect(chat.listed).toHaveText([/^Counting/]);
    await expect(dialog).toHaveCount(0);
    await chat.listed.press('Enter');
    await chat.conversations.waitFor({ state: 'detached' });
    await chat.answered('Left', 3);
    await expect(page).toHaveTitle('Counting · Chat · school · Lima Workbench');
    await expect(page).toHaveURL(/#\/chat\/conversation\/[\w-]+\?project=school$/);
  });

  await test.step('back leads to the conversation before, and a reload stays at it', async () => {
    const counting = page.url();
    await page.goBack();
    await expect(chat.log('Left')).toContainText('Something else');
    await expect(page).toHaveTitle('Chat · school · Lima Workbench');
    expect(page.url()).not.toBe(counting);
    await page.reload();
    await expect(chat.log('Left')).toContainText('Something else');
    await page.goForward();
    await expect(chat.log('Left')).toContainText('What comes after 9?');
    expect(page.url()).toBe(counting);
  });

  await test.step('the one that is shown is deleted after a question, and leaves the panes', async () => {
    await page.getByRole('button', { name: 'Conversations' }).click();
    await chat.conversations.getByRole('button', { name: 'More about Counting' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const question = shell.dialog('Delete the conversation “Counting”?');
    await expect(question).toContainText('5 chat answers go with it.');
    await question.getByRole('button', { name: 'Delete' }).click();
    await expect(chat.listed).toHaveText([/^Something else/]);
    await expect(page.getByRole('heading', { name: 'The model before' })).toBeVisible();
    await chat.listed.press('Enter');
    await chat.conversations.waitFor({ state: 'detached' });
    await chat.answered('Left', 1);
  });
  await chat.composer.getByRole('button', { name: /sampling/i }).click();
  await expect(page.getByRole('textbox', { name: 'Most tokens' })).toHaveValue('6');
});

test('one Stop ends both answers, what came stays, and Enter sends or breaks the line as the person set it', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  await shell.createProject('talk');
  // Sampled greedily, a random model with a tied head repeats one letter and never ends its turn.
  const talker = { name: 'talker', contextLength: 32_768, tiedHead: true };
  const { path } = await writeModel(workbench, talker);
  await shell.goTo('Chat');
  const chat = new ChatPage(workbench.page);
  await choosePath(workbench, path, () =>
    workbench.page.getByRole('button', { name: 'Add a model…' }).click(),
  );
  await chat.sample({ Temperature: '0', 'Repetition penalty': '1', 'Most tokens': '32000' });
  await chat.prompt.fill('Count');
  await chat.prompt.press('Shift+Enter');
  await chat.prompt.pressSequentially('without end.');
  await expect(chat.prompt).toHaveValue('Count\nwithout end.');

  // A dialog that had a field gives the keys back to the box, at the place of its caret.
  await chat.prompt.press('ArrowLeft');
  for (const close of ['Escape', 'Close'] as const) {
    await workbench.page.keyboard.press('ControlOrMeta+k');
    await workbench.page.keyboard.type('zz');
    const commands = shell.dialog('Commands');
    if (close === 'Escape') await workbench.page.keyboard.press(close);
    else await commands.getByRole('button', { name: close }).click();
    await expect(commands).toHaveCount(0);
    await workbench.page.keyboard.type('!');
  }
  await expect(chat.prompt).toHaveValue('Count\nwithout end!!.');
  await chat.prompt.fill('Count\nwithout end.');
  await chat.prompt.press('Enter');
  await expect(chat.prompt).toHaveValue('');
  await isAnswering(chat);
  const stops = workbench.page.getByRole('button', { name: 'Stop' });
  await expect(stops).toHaveCount(1);
  await stops.click();
  await isStopped(chat);
  await chat.prompt.fill('Once more.');
  await expect(chat.composer.getByRole('button', { name: 'Send' })).toBeEnabled();

  // Turned round: Enter breaks the line, and a window that is loaded anew knows it.
  await shell.runCommand('Let Enter break the line, and Shift+Enter send');
  await expect(chat.prompt).toHaveAttribute('placeholder', /Shift\+Enter sends/);
  await chat.prompt.click();
  await chat.prompt.press('Enter');
  await expect(chat.prompt).toHaveValue('Once more.\n');
  await workbench.page.reload();
  await shell.goTo('Chat');
  await isStopped(chat);
  // After a part of any length the model might end its turn; after nothing it does not.
  await chat.prompt.press('ControlOrMeta+Shift+o');
  await chat.prompt.fill('Go on.');
  await chat.prompt.press('Shift+Enter');
  await isAnswering(chat);
  // Loaded anew in the middle of an answer: the part that came is there, and the prompt once.
  await workbench.page.reload();
  await shell.goTo('Chat');
  await isStopped(chat);
  for (const side of ['Left', 'Right'] as const)
    await expect(chat.log(side).getByText('Go on.')).toHaveCount(1);
  await expect(chat.prompt).toHaveValue('');

  await test.step('an answer is shown token by token, and gone through by keys', async () => {
    const shift = chat.log('Left').getByRole('button', { name: 'Token shift against the base' });
    await shift.click();
    const panel = chat.log('Left').getByRole('region', { name: 'Token shift', exact: true });
    const tokens = panel.getByRole('listbox', { name: 'Tokens of the answer', exact: true });
    await expect(tokens).toBeVisible({ timeout: answerTimeoutMs });
    await expect(panel).toContainText('This system is a base itself');
    await tokens.press('ArrowRight');
    await expect(panel.getByRole('status')).toContainText(/token 2 of .*this system: [\d.e-]+ %/s);
    await tokens.press('Escape');
    await expect(panel).toHaveCount(0);
    await expect(shift).toBeFocused();
  });

  await test.step('one key makes the newest turn a sample, which can be taken back', async () => {
    await chat.prompt.press('Alt+s');
    const kept = toast(workbench.page, '“Go on.” with its answer is a pending sample now.');
    await kept.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect(toast(workbench.page, 'The sample is in the bin.')).toBeVisible();
  });

  await test.step('an edited turn begins a branch, and leads back to the one before', async () => {
    const log = chat.log('Left');
    await log.getByRole('button', { name: 'Edit and resend', exact: true }).click();
    const editor = log.getByRole('textbox', { name: 'Edit the prompt', exact: true });
    await editor.fill('Go elsewhere.');
    await editor.press('Shift+Enter');
    await isAnswering(chat);
    await workbench.page.getByRole('button', { name: 'Stop' }).click();
    await isStopped(chat);
    await expect(log.getByText('branch 2 of 2', { exact: true })).toBeVisible();
    await log.getByRole('button', { name: 'Previous branch', exact: true }).click();
    await expect(log.getByText('Go on.', { exact: true })).toBeVisible();
    await expect(log.getByText('branch 1 of 2', { exact: true })).toBeVisible();
  });

  await test.step('a turn that is asked again in vain gives back what stood there', async () => {
    const log = chat.log('Left');
    await rename(path, `${path}.away`);
    await log.getByRole('button', { name: 'Regenerate with another seed', exact: true }).click();
    await log
      .getByRole('button', { name: 'Show the turn that stood here', exact: true })
      .click({ timeout: answerTimeoutMs });
    await expect(log.getByText('branch 1 of 2', { exact: true })).toBeVisible();
    await rename(`${path}.away`, path);
    await workbench.page.reload();
    await shell.goTo('Chat');
  });

  await test.step('a third pane stands beside the two, and is asked with them', async () => {
    const panes = workbench.page.getByRole('group', { name: 'How many panes', exact: true });
    await panes.getByRole('radio', { name: '3', exact: true }).click();
    await expect(workbench.page.getByRole('log')).toHaveCount(3);
    await expect(chat.composer.getByRole('radio', { name: 'All', exact: true })).toBeVisible();
    await panes.getByRole('radio', { name: '1', exact: true }).click();
    await expect(workbench.page.getByRole('log')).toHaveCount(1);
  });
});

const sides = ['Left', 'Right'] as const;

async function isAnswering(chat: ChatPage): Promise<void> {
  for (const side of sides) {
    await expect(chat.answer(side)).toHaveText(/\S{8}/, { timeout: answerTimeoutMs });
    await expect(chat.answer(side).getByText('Loading the model')).toHaveCount(0);
  }
}

async function isStopped(chat: ChatPage): Promise<void> {
  for (const side of sides) {
    await expect(chat.answer(side).getByText('stopped', { exact: true })).toBeVisible();
    await expect(chat.answer(side)).toHaveAttribute('aria-busy', 'false');
    await expect(chat.answer(side)).toContainText('this is the part that came');
  }
}
