import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { CuratePage } from '../pages/curate-page.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { writeConversations, writePosts } from '../sample-files.ts';

/** The table that says where every row is, as the numbers of its lines. */
async function accountOf(outcome: Locator): Promise<{ rows: number[]; sum: number }> {
  const table = outcome.getByRole('table', { name: /^What (became|would become) of the rows?$/ });
  const cells = await table.locator('td.number').allInnerTexts();
  const rows = cells.map((text) => Number(text.replaceAll(',', '')));
  return { rows: rows.slice(0, -1), sum: rows.at(-1) ?? 0 };
}

test('an import accounts for every row and names the lines it could not read', async ({
  workbench,
}) => {
  const shell = new ShellPage(workbench);
  await shell.createProject('imports');
  const curate = new CuratePage(workbench.page);

  const own = await curate.import(writeConversations(workbench.folder));
  await expect(own.getByRole('table', { name: 'Bad lines' }).getByRole('row').nth(1)).toContainText(
    /^3/,
  );
  await expect(own).toContainText(/Rows read4Samples added3Duplicates0Rows not used1/);
  await curate.closeOutcome();

  const dump = await curate.import(writePosts(workbench.folder));
  const badLine = dump.getByRole('table', { name: 'Bad lines' }).getByRole('row').nth(1);
  await expect(badLine).toContainText(/^5.*thirteen/);
  await expect(dump).toContainText(/Rows read7Samples added2Duplicates0Rows not used3/);
  const { rows, sum } = await accountOf(dump);
  expect(rows.reduce((total, count) => total + count)).toBe(sum);
  await expect(dump).toContainText(/another answer to a question.*left out/);
  await curate.closeOutcome();
  await expect(curate.rows).toHaveCount(5);
  await expect(shell.counts).toHaveText(/5 pending/);

  const again = await curate.import(writePosts(workbench.folder));
  await expect(again).toContainText(/Samples added0Duplicates2/);
  await curate.closeOutcome();

  await test.step('the findings of the rules are shown and can be filtered by', async () => {
    await curate.filterBy('Flag', 'The answer has a low score (1)');
    await expect(curate.rows).toHaveCount(1);
    await curate.select('Salty soup');
    const flags = curate.detail.getByRole('list', { name: 'Flags' });
    await expect(flags).toContainText("the answer's score is 2, below 10");
    await expect(flags).toContainText('does not stand alone');
    await curate.filterBy('Flag', 'No flags (4)');
    await expect(curate.rows).toHaveCount(4);
    await expect(curate.row('bread dough')).toHaveCount(1);
  });
});

test('a dry run says what it would add, is done for real once, and is not ticked again', async ({
  workbench,
}) => {
  const { page, folder } = workbench;
  const shell = new ShellPage(workbench);
  await shell.createProject('trial');
  const curate = new CuratePage(page);
  const path = writeConversations(folder);
  const forReal = page.getByRole('button', { name: 'Import for real' });

  const planned = await curate.import(path, { isDryRun: true });
  await expect(planned).toContainText('Dry run: nothing was stored.');
  await expect(planned).toContainText(/Samples it would add3/);
  await expect(planned).toContainText(/conversationwould be added/);
  await expect(planned).not.toContainText(/Samples added/);
  await expect(shell.counts).toHaveText(/0 pending/);

  await forReal.click();
  await expect(planned).toContainText(/Samples added3/);
  await expect(planned).not.toContainText('Dry run');
  await expect(forReal).toHaveCount(0);
  await expect(shell.counts).toHaveText(/3 pending/);

  await test.step('the next file starts from an empty form', async () => {
    await page.getByRole('button', { name: 'Import another file' }).click();
    const form = shell.dialog('Import samples');
    await expect(form.getByRole('checkbox', { name: /Dry run/ })).not.toBeChecked();
    await expect(form.getByRole('textbox', { name: 'File' })).toHaveValue('');
    await form.getByRole('button', { name: 'Cancel' }).click();
  });

  await test.step('the job tray says the same of both', async () => {
    await page.getByRole('button', { name: 'Jobs' }).click();
    await expect(page.getByRole('article', { name: /^Check own-writing/ })).toContainText(
      'would add 3 samples',
    );
    const real = page.getByRole('article', { name: /^Import own-writing/ });
    await expect(real).toContainText('3 samples added');
    await expect(real).not.toContainText('would');
  });
});

test('a file that is not there is said not to exist, and the path can be corrected', async ({
  workbench,
}) => {
  const { page, folder } = workbench;
  const shell = new ShellPage(workbench);
  await shell.createProject('missing');
  const curate = new CuratePage(page);
  const missing = join(folder, 'not-here.jsonl');
  await curate.startImport(missing);
  const outcome = shell.dialog('Import not-here.jsonl');
  await expect(outcome).toContainText(`There is no file ${missing}`);
  await expect(outcome).not.toContainText(/ENOENT|permission/i);

  await outcome.getByRole('button', { name: 'Correct and try again' }).click();
  const path = shell.dialog('Import samples').getByRole('textbox', { name: 'File' });
  await expect(path).toHaveValue(missing);
  await path.fill(writeConversations(folder));
  await shell.dialog('Import samples').getByRole('button', { name: 'Import', exact: true }).click();
  await expect(shell.dialog(/Import own-writing/)).toContainText(/Samples added3/);
});
