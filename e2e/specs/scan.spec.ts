import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../fixtures.ts';
import { ShellPage } from '../pages/shell-page.ts';

/** A site of ten answered questions, of which every second one has a good answer. */
function writeSite(folder: string, site: string): void {
  const rows = Array.from({ length: 10 }, (_, at) => {
    const id = 2 * at + 1;
    const answer = `&lt;p&gt;${`Number ${id} has many words. `.repeat(60)}&lt;/p&gt;`;
    return `  <row Id="${id}" PostTypeId="1" Score="${at}" Title="How long does ${site} number ${id} take?" Body="a" />
  <row Id="${id + 1}" PostTypeId="2" ParentId="${id}" Score="${at % 2 === 0 ? 20 : 2}" Body="${answer}" />`;
  });
  mkdirSync(join(folder, site), { recursive: true });
  writeFileSync(join(folder, site, 'Posts.xml'), `<posts>\n${rows.join('\n')}\n</posts>\n`);
}

test('dumps are scanned, a recipe says what it keeps, and its picks become samples once', async ({
  workbench,
}) => {
  const { page, folder } = workbench;
  const dumps = join(folder, 'dumps');
  for (const site of ['coffee.stackexchange.com', 'math.stackexchange.com']) writeSite(dumps, site);
  const shell = new ShellPage(workbench);
  await shell.createProject('picked');
  await page.getByRole('button', { name: 'Pick from dumps…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Pick from dumps' });
  await expect(dialog).toContainText('Nothing was scanned yet');
  const path = dialog.getByRole('textbox', { name: 'Dump, or folder of dumps' });
  await path.fill(folder + '/nowhere');
  await path.press('Enter');
  await expect(dialog.getByRole('alert')).toContainText('nowhere cannot be read');
  await path.fill(dumps);
  await path.press('Enter');
  await expect(dialog).toContainText('2 dumps scanned: 20 candidates.');
  const plan = dialog.getByRole('region', { name: 'What the recipe picks' });
  await expect(plan).toContainText('10 of 20 candidates would be picked');
  await expect(plan.locator('tr', { hasText: 'score is low' })).toContainText('10');
  await plan.getByText('the answer’s score is low').click();
  await expect(plan.getByRole('listitem').first()).toContainText(/score 2 .*How long does/);
  await dialog.getByRole('textbox', { name: 'Least answer score' }).fill('2');
  await expect(plan).toContainText('20 of 20 candidates would be picked');
  await dialog
    .getByRole('combobox', { name: 'Group of math.stackexchange' })
    .selectOption('dropped');
  await expect(plan).toContainText('10 of 20 candidates would be picked');
  await dialog.getByRole('textbox', { name: 'Samples to pick' }).fill('4');
  const pick = dialog.getByRole('button', { name: 'Pick 4 samples' });
  await pick.click();
  await expect(dialog).toContainText('4 of 20 candidates picked; 4 samples added.');
  await pick.click();
  await expect(dialog).toContainText('0 samples added; 4 known already.');
  await dialog.getByRole('button', { name: 'Forget the scan of math.stackexchange' }).click();
  await expect(plan).toContainText('of 10 candidates');
  await dialog.getByRole('button', { name: 'Close' }).first().click();
  await expect(shell.counts).toHaveText(/4 pending/);
});
