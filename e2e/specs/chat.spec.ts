import { openCourse, trainLesson, writeModel } from '../course.ts';
import { expect, test } from '../fixtures.ts';
import { answerTimeoutMs, ChatPage } from '../pages/chat-page.ts';
import { choosePath, ShellPage } from '../pages/shell-page.ts';
import { trainingTimeoutMs } from '../pages/train-page.ts';

test('base and adapter answer beside each other, each under the hash of what really ran', async ({
  workbench,
}) => {
  test.setTimeout(2 * trainingTimeoutMs);
  const shell = await openCourse(workbench);
  const lesson = await trainLesson(workbench, shell);
  await shell.goTo('Chat');
  const chat = new ChatPage(workbench.page);
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
});

test('stop keeps what came so far and lets the next prompt be sent', async ({ workbench }) => {
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
  await chat.composer.getByRole('radio', { name: 'Left' }).click();
  await chat.send('Count without end.');
  const answer = chat.answer('Left');
  await expect(answer).toHaveText(/\S{8}/, { timeout: answerTimeoutMs });
  await expect(answer.getByText('Loading the model')).toHaveCount(0);
  await chat.composer.getByRole('button', { name: 'Stop' }).click();
  await expect(answer.getByText('stopped', { exact: true })).toBeVisible();
  await expect(answer).toHaveAttribute('aria-busy', 'false');
  await expect(answer).toContainText('this is the part that came');
  await chat.composer.getByRole('textbox', { name: 'Prompt' }).fill('Once more.');
  await expect(chat.composer.getByRole('button', { name: 'Send' })).toBeEnabled();
});
