import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleWordsHash } from '../../main/store/content-hash.ts';
import { expect, test } from '../fixtures.ts';
import { CuratePage } from '../pages/curate-page.ts';
import { choosePath, ShellPage } from '../pages/shell-page.ts';
import { conversation, writePosts, writeProject } from '../sample-files.ts';
import { WebWorkbench, type Workbench } from '../workbench.ts';

const ofPlums = conversation('When are plums ripe?', 'In August.');

/** Opens a project with three samples of two sources. */
async function openPrepared(
  workbench: Workbench,
): Promise<{ shell: ShellPage; curate: CuratePage }> {
  const path = writeProject(join(workbench.folder, 'prepared.lima'), [
    {
      source: 'harbour',
      messages: conversation('What is a ketch?', 'Two masts.', 'And a yawl?', 'Two as well.'),
    },
    { source: 'harbour', messages: conversation('What is a sloop?', 'One mast.') },
    { source: 'garden', messages: ofPlums, originHash: sampleWordsHash(ofPlums) },
  ]);
  const shell = new ShellPage(workbench);
  await shell.openProject(path);
  const curate = new CuratePage(workbench.page);
  await expect(curate.rows).toHaveCount(3);
  await expect(curate.detail).toContainText('What is a ketch?');
  return { shell, curate };
}

test('the list narrows by words, source and status, and says when nothing is left', async ({
  workbench,
}) => {
  const { curate } = await openPrepared(workbench);
  await curate.search.fill('mast');
  await expect(curate.rows).toHaveCount(2);
  await curate.filterBy('Source', 'garden (0)');
  await expect(workbench.page.getByText('Nothing matches')).toBeVisible();
  await workbench.page.getByRole('button', { name: 'Clear the filter' }).click();
  await expect(curate.search).toHaveValue('');
  await expect(curate.rows).toHaveCount(3);
  await curate.filterBy('Source', 'garden (1)');
  await expect(curate.rows).toHaveText([/When are plums ripe\?/]);
  await curate.filterStatus(/^Rejected 0/);
  await expect(curate.rows).toHaveCount(0);
});

test('every choice of the filter says how many samples it would list', async ({ workbench }) => {
  const { shell, curate } = await openPrepared(workbench);
  const { page } = workbench;
  const pending = page.getByRole('radio', { name: /^Pending/ });
  await curate.press('a');
  await expect(shell.counts).toHaveText(/2 pending.*1 accepted/);
  await curate.filterBy('Source', 'harbour (2)');
  await expect(page.getByRole('radio', { name: 'All 2' })).toBeVisible();
  await expect(pending).toHaveAccessibleName('Pending 1');
  await pending.click();
  await expect(curate.rows).toHaveText([/sloop/]);
  await expect(page.getByRole('combobox', { name: 'Source' })).toContainText('harbour (1)');
  await expect(page.getByRole('combobox', { name: 'Source' })).toContainText('garden (1)');
  await expect(page.getByRole('combobox', { name: 'Flag' })).toContainText('No flags (1)');

  await test.step('also after a review and after a search', async () => {
    await curate.select('sloop');
    await curate.press('x');
    await expect(page.getByRole('radio', { name: 'Rejected 1' })).toBeVisible();
    await expect(pending).toHaveAccessibleName('Pending 0');
    await curate.search.fill('nowhere');
    await expect(page.getByRole('radio', { name: 'All 0' })).toBeVisible();
    await expect(shell.counts).toHaveText(/1 pending.*1 accepted.*1 rejected/);
  });
});

test('an edit is measured by the rules while it is written, and everywhere once it is saved', async ({
  workbench,
}) => {
  const { page, folder } = workbench;
  const shell = new ShellPage(workbench);
  await shell.createProject('measured');
  const curate = new CuratePage(page);
  await curate.import(writePosts(folder));
  await curate.closeOutcome();
  await curate.filterBy('Flag', 'No flags (1)');
  await curate.select('bread dough');
  await curate.press('e');
  const answer = page.getByRole('textbox', { name: 'Text of turn 2, assistant' });
  const live = page.getByRole('region', { name: 'Flags of the draft' });
  await expect(live).toContainText('No flags.');
  const imported = await answer.inputValue();

  await answer.fill(`I say: ${imported}`);
  await expect(live).toContainText('the answer has "I" (once in all)');
  await answer.fill('My short word.');
  await expect(live).toContainText('the answer has 14 characters, below 1,200');
  await curate.press('ControlOrMeta+Enter');
  await expect(curate.toast('Saved as version 2.')).toBeVisible();
  await expect(curate.detail.getByRole('list', { name: 'Flags' })).toContainText('14 characters');
  // It stays listed under the filter that it no longer passes, with its new flags.
  await expect(curate.row('bread dough')).toContainText('I / my');
  await expect(page.getByRole('combobox', { name: 'Flag' })).toContainText('No flags (0)');
  await expect(page.getByRole('combobox', { name: 'Flag' })).toContainText('first person (2)');

  await curate.press('e');
  await answer.fill(imported);
  await expect(live).toContainText('No flags.');
  await curate.press('ControlOrMeta+Enter');
  await expect(curate.toast('Saved as version 3.')).toBeVisible();
  await expect(curate.detail.getByRole('list', { name: 'Flags' })).toHaveCount(0);
  await expect(page.getByRole('combobox', { name: 'Flag' })).toContainText('No flags (1)');
});

test('samples are marked, moved to the bin, restored, and gone for good once it is emptied', async ({
  workbench,
}) => {
  const { shell, curate } = await openPrepared(workbench);
  const { page } = workbench;
  await curate.press('Delete');
  const one = curate.dialog('Move 1 sample to the bin?');
  await expect(one).toContainText('no dataset to come has it');
  await one.getByRole('button', { name: 'Move 1 sample to the bin' }).click();
  const moved = curate.toast('1 sample moved to the bin.');
  await expect(moved).toBeVisible();
  await expect(curate.rows).toHaveCount(2);
  await expect(shell.counts).toHaveText(/2 pending/);
  await moved.getByRole('button', { name: 'Undo' }).click();
  await expect(curate.rows).toHaveCount(3);

  await curate.select('sloop');
  await curate.press('m');
  await curate.row('plums').click({ modifiers: ['ControlOrMeta'] });
  const marked = page.getByRole('group', { name: 'Marked samples' });
  await expect(marked).toContainText('2 marked');
  await marked.getByRole('button', { name: 'Move to bin…' }).click();
  await page.getByRole('button', { name: 'Move 2 samples to the bin' }).click();
  await expect(curate.rows).toHaveText([/ketch/]);
  await page.getByRole('button', { name: 'Bin 2' }).click();
  await expect(curate.rows).toHaveText([/sloop/, /plums/]);
  await expect(page.getByRole('radio', { name: 'Pending 2' })).toBeVisible();
  await curate.select('sloop');
  await curate.detail.getByRole('button', { name: 'Restore' }).click();
  await expect(curate.rows).toHaveText([/plums/]);
  // An import accounts for what is in the bin, and for what was deleted out of it.
  const file = join(workbench.folder, 'again.jsonl');
  writeFileSync(file, JSON.stringify({ messages: ofPlums }));
  const inBin = await curate.import(file);
  await expect(inBin).toContainText(/Duplicates1Rows not used0/);
  await expect(inBin).toContainText(/1conversationin the bin already: restore it there/);
  await curate.closeOutcome();

  await page.getByRole('button', { name: 'Empty the bin…' }).click();
  const question = curate.dialog('Delete 1 sample for good?');
  await expect(question).toContainText('only a backup does');
  await question.getByRole('button', { name: 'Delete 1 sample' }).click();
  await expect(curate.toast(/1 sample deleted for good/)).toBeVisible();
  await expect(page.getByText('The bin is empty')).toBeVisible();
  await page.getByRole('button', { name: 'Back to the samples' }).click();
  await expect(curate.rows).toHaveText([/ketch/, /sloop/]);
  const deleted = await curate.import(file);
  await expect(deleted).toContainText(/Samples added0Duplicates0Deleted before1Rows not used0/);
  await expect(deleted).toContainText(/1conversationdeleted for good before: not brought back/);
  await curate.closeOutcome();
  await curate.select('sloop');
  await expect(curate.history).toHaveText([
    /restored from the bin/,
    /moved to the bin/,
    /version 1/,
  ]);
});

test('a review by keyboard is counted, undone, and still there after the program was killed', async ({
  workbench,
}) => {
  const { shell, curate } = await openPrepared(workbench);
  await curate.press('a');
  await expect(shell.counts).toHaveText(/2 pending.*1 accepted.*0 rejected/);
  await expect(curate.detail).toContainText('What is a sloop?');
  await curate.press('x');
  await expect(shell.counts).toHaveText(/1 pending.*1 accepted.*1 rejected/);
  await expect(curate.detail).toContainText('When are plums ripe?');
  await curate.press('u');
  await expect(shell.counts).toHaveText(/2 pending.*1 accepted.*0 rejected/);
  await expect(curate.detail).toContainText('What is a sloop?');
  await expect(curate.history.first()).toContainText('undone: pending again');

  await workbench.restart('kill');
  await shell.recentProjects.getByRole('button', { name: /prepared/ }).click();
  await expect(shell.counts).toHaveText(/2 pending.*1 accepted.*0 rejected/);
  await expect(curate.row('What is a ketch?').getByLabel('accepted')).toBeVisible();

  if (!(workbench instanceof WebWorkbench)) return;
  // The next sample is shown while the review is stored, and the one before where that fails.
  await curate.select('sloop');
  await expect(curate.detail).toContainText('What is a sloop?');
  workbench.holdServer(true);
  await curate.press('x');
  await expect(curate.detail).toContainText('When are plums ripe?');
  // What could be lost is told, and the browser asks before the page is left.
  const storing = curate.page.getByRole('status', { name: 'Storing' });
  await expect(storing).toHaveText('Storing…');
  const asked = curate.page.waitForEvent('dialog');
  const leaving = curate.page.evaluate(() => location.reload());
  const question = await asked;
  expect(question.type()).toBe('beforeunload');
  await question.dismiss();
  await leaving;
  await workbench.endServer('kill');
  await expect(curate.detail).toContainText('What is a sloop?');
  await expect(curate.row('sloop').getByLabel('rejected')).toHaveCount(0);
  await expect(storing).toHaveText('');
});

test('an edit of one turn becomes a new version and the old one stays in the history', async ({
  workbench,
}) => {
  const { curate } = await openPrepared(workbench);
  await curate.press('e');
  const editor = workbench.page.getByRole('region', { name: 'Edit #1' });
  await editor
    .getByRole('textbox', { name: 'Text of turn 4, assistant' })
    .fill('Two, the aft tiny.');
  await curate.press('Escape');
  await expect(curate.detail).toContainText('You have an unsaved edit of this sample.');
  await expect(curate.detail).toContainText('Two as well.');
  await curate.detail.getByRole('button', { name: 'Continue editing' }).click();
  await editor.getByRole('button', { name: 'Save' }).click();
  await expect(curate.toast('Saved as version 2.')).toBeVisible();
  await expect(curate.detail).toContainText('Two, the aft tiny.');
  await expect(curate.detail).not.toContainText('Two as well.');
  await expect(curate.history).toHaveText([/version 2/, /version 1/]);
});

test('a sample written by hand cannot be saved half, and joins the list when whole', async ({
  workbench,
}) => {
  const { shell, curate } = await openPrepared(workbench);
  await curate.press('n');
  const editor = workbench.page.getByRole('region', { name: 'New sample' });
  await editor.getByRole('textbox', { name: 'Text of turn 1, user' }).fill('What is a cutter?');
  await expect(editor.getByText(/^Cannot be saved/)).toBeVisible();
  await expect(editor.getByRole('button', { name: 'Save' })).toBeDisabled();
  await editor
    .getByRole('textbox', { name: 'Text of turn 2, assistant' })
    .fill('A fast boat.<|im_end|>');
  const live = editor.getByRole('region', { name: 'Flags of the draft' });
  await expect(live).toContainText('<|im_end|>');
  await curate.press('ControlOrMeta+Enter');
  await expect(curate.toast('Added sample #4.')).toBeVisible();
  await expect(curate.detail.getByRole('list', { name: 'Flags' })).toContainText('<|im_end|>');
  await expect(curate.row('What is a cutter?')).toContainText('manual');
  await expect(shell.counts).toHaveText(/4 pending/);
});

test('accepting all under a filter leaves the others alone, and freezing shows the hash', async ({
  workbench,
}) => {
  const { shell, curate } = await openPrepared(workbench);
  await curate.filterBy('Source', 'harbour (2)');
  await expect(curate.rows).toHaveCount(2);
  await curate.acceptAll('2 samples');
  await expect(shell.counts).toHaveText(/1 pending.*2 accepted/);
  const datasets = await curate.freeze('first harvest');
  const row = datasets.getByRole('row', { name: 'first harvest' });
  await expect(row).toContainText('harbour 2');
  await expect(row.locator('code')).toHaveText(/^[0-9a-f]{8}$/);
  await expect(row.locator('code')).toHaveAttribute('title', /^[0-9a-f]{64}$/);
});

test('an export asks before it replaces a file that is not its own, and keeps it when refused', async ({
  workbench,
}) => {
  const { shell, curate } = await openPrepared(workbench);
  await curate.acceptAll('3 samples');
  await curate.freeze('harvest');
  const path = join(workbench.folder, 'thesis.jsonl');
  writeFileSync(path, 'precious');
  const exportDataset = () =>
    choosePath(workbench, path, () =>
      workbench.page.getByRole('button', { name: 'Export harvest' }).click(),
    );
  const question = shell.dialog('Replace the file that is there?');

  await exportDataset();
  await expect(question).toContainText(path);
  // A hasty Enter keeps the file.
  await workbench.page.keyboard.press('Enter');
  await expect(question).toHaveCount(0);
  expect(readFileSync(path, 'utf8')).toBe('precious');

  await exportDataset();
  await question.getByRole('button', { name: 'Replace' }).click();
  await expect(workbench.page.getByText(/Wrote 3 samples/)).toBeVisible();
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(3);
});

test('what is known of a sample stands beside it where there is room, and keys stay in sight where not', async ({
  workbench,
}) => {
  const { page } = workbench;
  const { curate } = await openPrepared(workbench);
  const conversationBox = () =>
    curate.detail.getByRole('list', { name: 'Conversation' }).boundingBox();
  const provenance = curate.detail.getByRole('region', { name: 'Provenance' });

  await page.setViewportSize({ width: 1920, height: 1080 });
  await expect(async () => {
    const [words, facts] = [await conversationBox(), await provenance.boundingBox()];
    expect(facts?.x).toBeGreaterThan((words?.x ?? Infinity) + (words?.width ?? 0));
    // Less than a tenth of the window stays blank on the right.
    expect((facts?.x ?? 0) + (facts?.width ?? 0)).toBeGreaterThan(1728);
  }).toPass();

  await page.setViewportSize({ width: 900, height: 700 });
  await expect(async () => {
    const [words, facts] = [await conversationBox(), await provenance.boundingBox()];
    expect(facts?.y).toBeGreaterThan((words?.y ?? Infinity) + (words?.height ?? 0));
  }).toPass();
  const buttons = ['Accept', 'Reject', 'Reset', 'Edit'].map((name) =>
    curate.detail.getByRole('button', { name }),
  );
  const tops = await Promise.all(buttons.map(async (button) => (await button.boundingBox())?.y));
  expect(new Set(tops).size).toBe(1);
  await expect(curate.detail.getByRole('button', { name: 'Accept' }).locator('kbd')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(900);
});

test('a question about one sample speaks of one sample', async ({ workbench }) => {
  const { page } = workbench;
  const { curate } = await openPrepared(workbench);
  await curate.filterBy('Source', 'garden (1)');
  await expect(curate.rows).toHaveCount(1);
  await page.getByRole('button', { name: 'Review all' }).click();
  await page.getByRole('menuitem', { name: 'Accept 1 sample…' }).click();
  const question = curate.dialog('Accept 1 sample?');
  await expect(question).toContainText(
    'This marks the 1 sample under the current filter as accepted',
  );
  await expect(question).not.toContainText('every one');
});
