import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../main/store/database.ts';
import { openProjectFile } from '../../main/store/file/open-project-file.ts';
import { fillEveryTable } from '../../main/store/testing/fill-every-table.ts';
import { perform } from '../../main/store/testing/project-history.ts';
import { expect, test } from '../fixtures.ts';
import { CuratePage } from '../pages/curate-page.ts';
import { MergePage } from '../pages/merge-page.ts';
import { statusIn } from '../pages/messages.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { conversation, writeProject } from '../sample-files.ts';

const samples = [
  { messages: conversation('When are apple trees pruned?', 'In late winter.') },
  { messages: conversation('What is a ketch?', 'A boat with two masts.'), source: 'ships' },
  { messages: conversation('How is a reef knot tied?', 'Right over left.'), source: 'ships' },
];

async function reviewInCopy(shell: ShellPage, text: string, key: 'a' | 'x'): Promise<void> {
  const curate = new CuratePage(shell.page);
  await shell.goTo('Curate');
  await curate.filterStatus(/^All/);
  await curate.select(text);
  await curate.press(key);
}

test('reviews made in a copy come by a merge with preview and report, once, and go by one undo', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const merging = new MergePage(shell);
  const path = writeProject(join(workbench.folder, 'notes.lima'), samples);
  const copy = join(workbench.folder, 'copy.lima');
  copyFileSync(path, copy);
  await shell.openProject(copy);
  await reviewInCopy(shell, 'What is a ketch?', 'a');
  await expect(shell.counts).toHaveText(/2 pending.*1 accepted/);
  await shell.closeProject('copy');

  await shell.openProject(path);
  await reviewInCopy(shell, 'What is a ketch?', 'x');
  await expect(shell.counts).toHaveText(/2 pending.*0 accepted.*1 rejected/);
  const preview = await merging.preview('notes', copy);
  await expect(preview).toContainText('Would come: 1 review');
  await expect(preview).toContainText('1 sample reviewed differently');
  await expect(shell.counts).toHaveText(/1 rejected/);
  const report = await merging.merge(preview);
  await expect(report).toContainText('Came: 1 review');
  await expect(report).toContainText('What is a ketch?: here rejected by');
  await report.getByRole('button', { name: 'Close' }).last().click();
  await expect(shell.counts).toHaveText(/2 pending/);
  const again = await merging.preview('notes', copy);
  await expect(again).toContainText('Nothing to merge: everything of this file is here already.');
  await expect(again.getByRole('button', { name: 'Merge', exact: true })).toHaveCount(0);
  await shell.page.keyboard.press('Escape');

  await merging.undo('notes');
  await expect(shell.page.getByText('as it was before the merge')).toBeVisible();
  await expect(shell.counts).toHaveText(/2 pending.*0 accepted.*1 rejected/);
});

test('a file that is no copy is told apart, and brings its samples only when that is wanted', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const merging = new MergePage(shell);
  const path = writeProject(join(workbench.folder, 'notes.lima'), samples.slice(0, 1));
  const other = writeProject(join(workbench.folder, 'other.lima'), [
    { messages: conversation('What is tar?', 'Pitch.'), originHash: 'of-another' },
  ]);
  await shell.openProject(path);
  await merging.choose('notes', other);
  const dialog = shell.dialog('Merge other.lima');
  await expect(dialog.getByRole('alert')).toContainText('NOT_A_COPY', { timeout: 30_000 });
  await dialog.getByRole('button', { name: 'Look at this other project all the same' }).click();
  await expect(dialog).toContainText('Would come: 1 sample', { timeout: 30_000 });
  await merging.merge(dialog);
  await expect(shell.counts).toHaveText(/2 pending/);
});

test('a packet of what the list shows goes out for one person and comes back by a merge', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const merging = new MergePage(shell);
  const curate = new CuratePage(shell.page);
  const path = writeProject(join(workbench.folder, 'notes.lima'), samples);
  const packetPath = join(workbench.folder, 'for-ann.lima');
  await shell.openProject(path);
  await shell.goTo('Curate');
  await curate.filterBy('Source', 'ships (2)');
  await shell.runCommand('Write a review packet…');
  const { packet } = merging;
  const write = packet.getByRole('button', { name: 'Write the packet' });
  await expect(packet.getByRole('textbox', { name: 'For' })).toBeFocused();
  await expect(packet.getByRole('radio', { name: 'Blind pairs to vote on' })).toBeDisabled();
  await expect(statusIn(packet)).toContainText('3 samples as they read now');
  await expect(write).toBeDisabled();
  const which = packet.getByRole('combobox', { name: 'Which samples' });
  await which.selectOption('rejected');
  await expect(statusIn(packet)).toContainText('No sample passes');
  await packet.getByRole('textbox', { name: 'For' }).fill('ann');
  const file = packet.getByRole('textbox', { name: 'New file' });
  await file.fill(path);
  await expect(write).toBeDisabled();
  await which.selectOption({ label: 'What the list in Curate shows: ships' });
  await expect(statusIn(packet)).toContainText('In it: 2 samples');
  // A project is never replaced by a packet.
  await write.click();
  await expect(packet.getByRole('alert')).toContainText('FILE_EXISTS');
  await file.fill(packetPath);
  await file.press('Enter');
  const written = shell.dialog('Review packet written');
  await expect(written).toContainText('2 samples for ann');
  await expect(written).toContainText(packetPath);
  expect(existsSync(packetPath)).toBe(true);
  await written.getByRole('button', { name: 'Done', exact: true }).click();

  await shell.closeProject('notes');
  await shell.openProject(packetPath);
  await expect(merging.packetBanner).toContainText('This is a review packet for ann.');
  await merging.packetBanner.getByRole('button', { name: 'Work as ann' }).click();
  await expect(merging.packetBanner.getByRole('button', { name: /^Work as/ })).toHaveCount(0);
  await expect(shell.page.getByTitle('Annotator name')).toHaveText('ann');
  await reviewInCopy(shell, 'How is a reef knot tied?', 'a');
  await expect(shell.counts).toHaveText(/1 pending.*1 accepted/);
  // What belongs to whoever made the packet is offered nowhere in it.
  await expect(shell.page.getByRole('tab')).toHaveText(['Curate']);
  await expect(shell.page.getByRole('toolbar', { name: 'Curate' })).toHaveText('Review all');
  await merging.expectOffered('for-ann', { not: ['Import', 'New sample', 'Freeze', 'dataset'] });
  await expect(merging.packetBanner).toContainText('1 of 2 samples is left.');
  await merging.closeToSend(packetPath, '1 sample of 2 is not reviewed yet.');

  await shell.openProject(path);
  await expect(merging.packetBanner).toHaveCount(0);
  const preview = await merging.preview('notes', packetPath);
  await expect(preview).toContainText('The review packet of ann.');
  const titles = await merging.watchTitles();
  await merging.merge(preview);
  await expect(shell.counts).toHaveText(/2 pending.*1 accepted/);
  // Another file is open now, whose jobs are read anew: the report stays.
  expect(await titles()).toEqual(['Merge for-ann.lima', 'Merged']);
});

test('a packet of blind pairs offers voting alone, says how many are left, and goes back as one file', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  const merging = new MergePage(shell);
  const path = writeProject(join(workbench.folder, 'notes.lima'), []);
  const file = openProjectFile(path);
  fillEveryTable(file.db);
  run(file.db, 'DELETE FROM packet');
  run(file.db, 'UPDATE run_metric SET grad_norm = 1');
  perform(file.db, { do: 'prompts', name: 'asked', text: 'Who?' }, 'me');
  perform(file.db, { do: 'evaluate', name: 'secret-against-base', at: 0, output: 'same' }, 'me');
  run(file.db, 'DELETE FROM row_checksum');
  file.close();
  await shell.openProject(path);
  await shell.chooseInProjectMenu('notes', /^Write a review packet/);
  const { packet } = merging;
  await packet.getByRole('radio', { name: 'Blind pairs to vote on' }).click();
  const write = packet.getByRole('button', { name: 'Write the packet' });
  await packet.getByRole('textbox', { name: 'For' }).fill('bo');
  await packet.getByRole('textbox', { name: 'New file' }).fill(join(workbench.folder, 'bo.lima'));
  await expect(write).toBeDisabled();
  await packet
    .getByRole('combobox', { name: 'Which evaluation' })
    .selectOption({ label: 'secret-against-base (2 pairs)' });
  await write.click();
  const written = shell.dialog('Review packet written');
  await expect(written).toContainText('2 pairs for bo');
  await written.getByRole('button', { name: 'Done', exact: true }).click();
  await shell.closeProject('notes');
  await shell.openProject(join(workbench.folder, 'bo.lima'));
  await expect(merging.packetBanner).toContainText(
    'This is a review packet for bo. Vote on the pairs: 2 of 2 pairs are left.',
  );
  const { page } = shell;
  await expect(page.getByRole('tab')).toHaveText(['Evaluate']);
  await expect(page.getByRole('heading', { name: '2 pairs to vote on' })).toBeVisible();
  await merging.expectOffered('bo', {
    not: ['Reveal', 'against', 'not-told', 'New evaluation', 'Import', 'Jobs', 'pending'],
  });
  const progress = page.getByText(/of 2 voted/);
  for (const left of [1, 0]) {
    // A press within the first third of a second is no vote.
    await page.waitForTimeout(500);
    await page.keyboard.press('1');
    await expect(progress).toHaveText(`${2 - left} of 2 voted, ${left} left`);
  }
  await expect(page.getByText('You have voted on every pair')).toBeVisible();
  await expect(merging.packetBanner).toContainText('All 2 pairs are voted on');
  await page.keyboard.press('u');
  await expect(progress).toHaveText('1 of 2 voted, 1 left');
  await page.waitForTimeout(500);
  await page.keyboard.press('3');
  await expect(merging.packetBanner).toContainText('close the packet and send the file back');
  await merging.closeToSend(join(workbench.folder, 'bo.lima'));
});
