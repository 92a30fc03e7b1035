import { expect, test } from '../fixtures.ts';
import { openPairs, pairs } from '../sea-pairs.ts';

test('a reason and tags are typed without a vote, go with it, and are there when one comes back', async ({
  workbench,
}) => {
  const { page } = workbench;
  const { evaluate } = await openPairs(workbench, pairs(3, { words: 5 }));
  const { voting } = evaluate;
  await expect(voting).toContainText('Pair 1 of 3');
  await page.waitForTimeout(400);
  await page.keyboard.press('r');
  const reason = voting.getByRole('textbox', { name: /^Reason/ });
  await expect(reason).toBeFocused();
  await page.keyboard.type('123 reasons');
  await voting.getByRole('textbox', { name: /^Tag/ }).fill('clear');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(voting).toContainText('0 of 3 voted');
  await evaluate.vote('1');
  await expect(voting).toContainText('1 of 3 voted');
  await page.keyboard.press('t');
  const tags = voting.getByRole('group', { name: 'Tags of this vote' });
  await tags.getByRole('button', { name: 'clear 1' }).click();
  await page.keyboard.press('Escape');
  await evaluate.vote('3');
  await page.keyboard.press('ArrowLeft');
  await expect(voting).toContainText('Pair 2 of 3');
  await expect(tags.getByRole('button', { name: 'clear 2' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.keyboard.press('ArrowLeft');
  await expect(voting).toContainText('Pair 1 of 3');
  await expect(reason).toHaveValue('123 reasons');

  await test.step('every tag of a vote is shown and can be taken off, however many there are', async () => {
    const tag = voting.getByRole('textbox', { name: /^Tag/ });
    for (let number = 1; number <= 13; number += 1) {
      await tag.fill(`tag ${number}`);
      await tag.press('Enter');
    }
    await tag.press('Escape');
    await tags.getByRole('button', { name: 'tag 13' }).click();
    await expect(tags.getByRole('button', { name: 'tag 13' })).toHaveCount(0);
    await expect(tags.getByRole('button', { pressed: true })).toHaveCount(13);
  });

  await test.step('an undone vote leaves its reason to be used again, and one typed elsewhere stays there', async () => {
    await page.keyboard.press('ArrowRight');
    await expect(voting).toContainText('Pair 2 of 3');
    await page.keyboard.press('r');
    await reason.fill('typed on two');
    await page.keyboard.press('Escape');
    await page.keyboard.press('ArrowRight');
    await expect(voting).toContainText('Pair 3 of 3');
    await page.keyboard.press('r');
    await reason.fill('typed on three');
    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await expect(voting).toContainText('Pair 2 of 3');
    await expect(voting).toContainText('1 of 3 voted');
    await expect(reason).toHaveValue('typed on two');
    await page.keyboard.press('ArrowRight');
    await expect(reason).toHaveValue('typed on three');
    await page.keyboard.press('ArrowLeft');
    await expect(voting).toContainText('Pair 2 of 3');
    await page.waitForTimeout(400);
    await page.keyboard.press('3');
    await expect(voting).toContainText('2 of 3 voted');
    await page.reload();
    await expect(voting).toContainText('2 of 3 voted');
    await page.keyboard.press('u');
    await expect(reason).toHaveValue('typed on two');
    const clear = tags.getByRole('button', { name: 'clear 1' });
    await expect(clear).toHaveAttribute('aria-pressed', 'true');
    await page.waitForTimeout(400);
    await page.keyboard.press('3');
    await expect(voting).toContainText('2 of 3 voted');
  });

  for (const pair of [2, 1]) {
    await page.getByRole('button', { name: 'Previous pair' }).click();
    await expect(voting).toContainText(`Pair ${pair} of 3`);
  }
  // Another choice takes the place of the first one, its reason as it is typed now.
  await page.waitForTimeout(400);
  await page.keyboard.press('2');
  await expect(voting).toContainText('2 of 3 voted');
});
