import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { contestants } from '../sample-files.ts';
import { openPairs, pairs } from '../sea-pairs.ts';
import { WebWorkbench } from '../workbench.ts';

const widths = [900, 1280, 1920];

test('arrows scroll answers and move between pairs; only the keys on the buttons vote', async ({
  workbench,
}) => {
  const { page } = workbench;
  const { evaluate } = await openPairs(workbench, pairs(6));
  const { voting } = evaluate;
  const left = voting.getByRole('region', { name: 'Left answer' });
  const scrolled = () => left.evaluate((element) => element.scrollTop);
  await expect(voting).toContainText('Pair 1 of 6');
  // A choice in the first moments is meant for the pair before: these presses come later.
  await page.waitForTimeout(400);

  await test.step('down scrolls, wherever the focus is', async () => {
    for (let press = 0; press < 3; press += 1) await page.keyboard.press('ArrowDown');
    await expect.poll(scrolled).toBeGreaterThan(100);
    await page.keyboard.press('ArrowUp');
    await left.click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Space');
    await voting.getByRole('button', { name: 'Right is better' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await expect(voting).toContainText('Pair 1 of 6');
    await expect(voting).toContainText('0 of 6 voted');
  });

  await test.step('right and left move between pairs, to the ends and not beyond', async () => {
    await voting.getByText('Pair 1 of 6').click();
    for (let pair = 2; pair <= 6; pair += 1) {
      await page.keyboard.press('ArrowRight');
      await expect(voting).toContainText(`Pair ${pair} of 6`);
    }
    await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(400);
    await voting.getByRole('button', { name: 'Previous pair' }).focus();
    await page.keyboard.press('ArrowLeft');
    await expect(voting).toContainText('Pair 5 of 6');
    await page.keyboard.press('Delete');
    const question = page.getByRole('dialog', { name: 'Delete the evaluation “sea”?' });
    await question.getByRole('button', { name: 'Keep it' }).click();
    await expect(question).toHaveCount(0);
    for (const key of ['Backspace', 'a', 'x', 'r', 'e', '4', '0', 'Tab'])
      await page.keyboard.press(key);
    await page.waitForTimeout(400);
    await expect(voting).toContainText('0 of 6 voted');
  });

  await test.step('a key that is held votes once, and Space after a click does not vote', async () => {
    await voting.getByRole('button', { name: 'Next without a vote' }).click();
    await expect(voting).toContainText('Pair 1 of 6');
    await page.waitForTimeout(400);
    for (let repeat = 0; repeat < 15; repeat += 1) {
      await page.keyboard.down('1');
      await page.waitForTimeout(100);
    }
    await page.keyboard.up('1');
    await expect(voting).toContainText('Pair 2 of 6');
    await expect(voting).toContainText('1 of 6 voted');
    await voting.getByRole('button', { name: 'Left is better' }).click();
    await expect(voting).toContainText('Pair 3 of 6');
    await page.waitForTimeout(400);
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(400);
    await expect(voting).toContainText('Pair 3 of 6');
    await expect(voting).toContainText('2 of 6 voted');
  });

  if (!(workbench instanceof WebWorkbench)) return;
  const web = workbench;
  const said = voting.getByRole('status');

  await test.step('the next pair is shown while the vote is stored, and a choice on it waits for that', async () => {
    web.holdServer(true);
    await page.keyboard.press('1');
    await expect(voting).toContainText('Pair 4 of 6');
    await expect(said).toHaveText('Storing for pair 3: Left is better');
    await expect(voting.getByRole('button', { name: 'Right is better' })).toBeDisabled();
    await page.waitForTimeout(400);
    await page.keyboard.press('3');
    web.holdServer(false);
    await expect(said).toHaveText('Stored for pair 4: Right is better');
    await expect(voting).toContainText('Pair 5 of 6');
    await expect(voting).toContainText('4 of 6 voted');
  });

  await test.step('a vote that could not be stored brings its pair back, with the choice', async () => {
    await page.waitForTimeout(400);
    web.holdServer(true);
    await page.keyboard.press('2');
    await expect(voting).toContainText('Pair 6 of 6');
    await web.endServer('kill');
    await expect(said).toHaveText('Not stored: Neither significantly better');
    await expect(voting).toContainText('Pair 5 of 6');
    const choice = voting.getByRole('button', { name: 'Neither significantly better' });
    await expect(choice).toHaveAttribute('aria-pressed', 'true');
    await expect(voting).toContainText('4 of 6 voted');
  });
});

test('the address names the pair: back leads to the one before, and a reload stays', async ({
  workbench,
}) => {
  const { page } = workbench;
  const { shell, evaluate } = await openPairs(workbench, pairs(4, { words: 5 }));
  const { voting } = evaluate;
  const isAt = async (pair: number) => {
    await expect(voting).toContainText(`Pair ${pair} of 4`);
    await expect(page).toHaveURL(new RegExp(`#/evaluate/evaluation/sea/${pair}\\?project=sea$`));
  };
  await isAt(1);
  await evaluate.vote('1');
  await isAt(2);
  await voting.getByRole('button', { name: 'Next pair' }).click();
  await isAt(3);
  await page.reload();
  await isAt(3);
  await page.goBack();
  await isAt(2);
  await expect(voting).toContainText('1 of 4 voted');
  await page.goBack();
  await isAt(1);
  await expect(voting).toContainText('Your vote: Left is better');
  await page.goBack();
  await expect(page.getByRole('tabpanel', { name: 'Evaluate' })).toContainText('Which of two');
  await page.goForward();
  await isAt(1);
  await shell.goTo('Curate');
  await page.goBack();
  await isAt(1);
  await page.evaluate(() => {
    location.hash = '#/evaluate/evaluation/sea/99?project=sea';
  });
  await expect(page.getByText('This evaluation has no pair 99, only 4.')).toBeVisible();
  await expect(voting).toContainText('1 of 4 voted');
  const html = await page.locator('body').innerHTML();
  expect(Object.values(contestants).filter((name) => html.includes(name))).toEqual([]);
});

test('names of systems are hidden until they are revealed, and voting begins before all is answered', async ({
  workbench,
}) => {
  const { page } = workbench;
  const answered = pairs(4, { words: 5 }).map((pair, index) => ({
    ...pair,
    expected: index < 2 ? 'deep' : 'shallow',
    b: index === 3 ? null : pair.b,
  }));
  const { shell, evaluate } = await openPairs(workbench, answered);
  const isTold = async () => {
    const html = await page.locator('body').innerHTML();
    return Object.values(contestants).filter((name) => html.includes(name));
  };
  await expect(evaluate.voting).toContainText('Pair 1 of 4');
  expect(await page.title()).not.toContain('orca');
  expect(await isTold()).toEqual([]);
  await page.keyboard.press('ControlOrMeta+j');
  expect(await isTold()).toEqual([]);
  await page.keyboard.press('Escape');
  for (const key of ['1', '3', '2']) await evaluate.vote(key);
  await expect(evaluate.voting).toContainText('3 of 4 voted');
  await expect(evaluate.voting).toContainText('The next pair is being answered');
  expect(await isTold()).toEqual([]);
  await shell.goTo('Curate');
  await shell.goTo('Evaluate');
  expect(await isTold()).toEqual([]);
});

test('where answers are expected, the result says how many each system gave', async ({
  workbench,
}) => {
  const { page } = workbench;
  const answered = pairs(4, { words: 5 }).map((pair, index) => ({
    ...pair,
    expected: index < 3 ? 'deep' : 'shallow',
    vote: 'a' as const,
  }));
  const same = { prompt: 'How salt?', a: 'Very.', b: 'Very.', expected: 'very' };
  const thought = {
    prompt: 'How wide?',
    a: '<think>\nNarrow, or wide?\n</think>\n\nWide as the sky.',
    b: 'Narrow.',
  };
  const { evaluate } = await openPairs(workbench, [thought, ...answered, same]);
  await expect(evaluate.voting).toContainText('Wide as the sky.');
  await expect(evaluate.voting).not.toContainText(/think|thought|Narrow, or wide/i);
  await evaluate.reveal('sea');
  await expect(page.getByRole('region', { name: 'System A' })).toContainText(contestants.a);
  const accuracy = page.getByRole('table', { name: 'Right answers' });
  await expect(accuracy.getByRole('row', { name: /^A: / })).toContainText('4 of 5');
  await expect(accuracy.getByRole('row', { name: /^B: / })).toContainText('2 of 5');
  await expect(page.getByText(/more votes?\b/)).toHaveCount(0);

  await test.step('thinking that no voter saw is folded in the result, and opened by key', async () => {
    await page.getByRole('button', { name: /How wide\?/ }).click();
    const thinking = page.getByText('Narrow, or wide?', { exact: true });
    await expect(page.getByText('Wide as the sky.', { exact: true })).toBeVisible();
    await expect(thinking).toBeHidden();
    await page.getByText('Thought for 3 words', { exact: true }).press('Enter');
    await expect(thinking).toBeVisible();
  });

  await test.step('a tie of identical answers is nobody’s vote: there is one author', async () => {
    await expect(
      page.getByRole('list', { name: 'Warnings' }).getByText('1 comparison with identical answers'),
    ).toBeVisible();
    const authors = page.getByRole('table', { name: 'Authors' }).getByRole('row');
    await expect(authors).toHaveCount(2);
    await expect(authors.nth(1)).toContainText('human');
  });

  await test.step('an evaluation is renamed, noted, tagged, and deleted after its question', async () => {
    const list = page.getByRole('list', { name: 'Evaluations' });
    const dialog = page.getByRole('dialog');
    await list.getByRole('button', { name: 'More about sea' }).click();
    await page.getByRole('menuitem', { name: 'Note and tags…' }).click();
    await dialog.getByLabel('Name').fill('depths');
    await dialog.getByLabel('Note').fill('four questions');
    await dialog.getByLabel('Tags').fill('small');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(list.getByRole('listitem')).toContainText(['depths']);
    await expect(list.getByRole('listitem')).toContainText(['four questions']);
    await list.getByRole('button', { name: 'More about depths' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await expect(dialog).toContainText('5 votes');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(list.getByRole('listitem')).toHaveCount(0);
  });

  await test.step('a set of prompts that nothing asks any more is renamed and deleted, too', async () => {
    const sets = page.getByRole('list', { name: 'Prompt sets' });
    const dialog = page.getByRole('dialog');
    await sets.getByRole('button').first().focus();
    await page.keyboard.press('F2');
    await dialog.getByLabel('Name').fill('soundings');
    await page.keyboard.press('Enter');
    await expect(sets.getByRole('listitem')).toContainText(['soundings']);
    await sets.getByRole('button', { name: 'More about soundings' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await expect(sets.getByRole('listitem')).toHaveCount(0);
  });
});

/** What a toast lies over of what is pressed: buttons, fields and links, by their words. */
async function coveredByToast(page: Page): Promise<string[]> {
  const toast = page.locator('.toast').first();
  await expect(toast).toBeVisible();
  return await toast.evaluate((element) => {
    const over = element.getBoundingClientRect();
    const pressed = document.querySelectorAll<HTMLElement>('.button, input, select, textarea');
    return [...pressed].flatMap((one) => {
      const at = one.getBoundingClientRect();
      const isApart =
        at.width === 0 ||
        at.right <= over.left ||
        at.left >= over.right ||
        at.bottom <= over.top ||
        at.top >= over.bottom;
      return isApart || one.closest('.toasts') ? [] : [one.innerText || one.outerHTML];
    });
  });
}

test('a toast covers no button at 900, 1280 and 1920 pixels', async ({ workbench }) => {
  const { page } = workbench;
  const { shell, evaluate } = await openPairs(workbench, pairs(3));
  for (const width of widths)
    await test.step(`${width} px`, async () => {
      await page.setViewportSize({ width, height: 700 });
      await expect(evaluate.voting).toContainText('0 of 3 voted');
      await page.keyboard.press('u');
      await expect(page.getByText('There is no vote of yours to take back.')).toBeVisible();
      expect(await coveredByToast(page)).toEqual([]);
      await page.getByRole('button', { name: 'Dismiss' }).click();
      await shell.goTo('Curate');
      await page.keyboard.press('u');
      expect(await coveredByToast(page)).toEqual([]);
      await page.getByRole('button', { name: 'Dismiss' }).click();
      await shell.goTo('Evaluate');
    });
});

test('every word of verdicts and results is seen at 900 pixels', async ({ workbench }) => {
  const { page } = workbench;
  const answered = pairs(30, { words: 10 });
  const { evaluate } = await openPairs(
    workbench,
    answered.map((pair, index) => ({
      ...pair,
      vote: index === 0 ? 'tie' : index < 29 ? 'a' : 'b',
    })),
  );
  await page.setViewportSize({ width: 900, height: 700 });
  const cut = (selector: string) =>
    page
      .locator(selector)
      .evaluateAll((elements) =>
        elements
          .filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight)
          .map((one) => one.textContent),
      );
  await expect(evaluate.voting.getByRole('button', { name: /^Neither/ })).toBeVisible();
  expect(await cut('.vote-option')).toEqual([]);
  await evaluate.reveal('sea');
  const preference = page.getByRole('figure', { name: 'Preference' });
  for (const word of ['A preferred', 'Neither', 'B preferred'])
    await expect(preference.getByText(word)).toBeInViewport({ ratio: 1 });
  expect(await cut('.preference-part, .preference-legend li')).toEqual([]);
});

test('two dialogues stand side by side turn by turn, and are voted on as wholes', async ({
  workbench,
}) => {
  const { page } = workbench;
  await page.setViewportSize({ width: 900, height: 640 });
  const turns = ['Name a ship.', 'Who sails it?'].map((prompt, turn) => ({
    prompt,
    a: `Ketch ${turn}. ${'It has two masts. '.repeat(20)}`,
    b: `Dory ${turn}.`,
  }));
  const talk = { prompt: 'And where?', a: 'On the sea.', b: 'On a lake.', before: turns };
  const { evaluate } = await openPairs(workbench, [talk, ...pairs(1)]);
  const dialogues = evaluate.voting.getByRole('region', { name: 'Both dialogues' });
  await expect(dialogues.getByRole('region', { name: /^Turn/ })).toHaveText([
    /Turn 1 of 3, user.*Name a ship\..*(Ketch|Dory) 0.*(Ketch|Dory) 0/,
    /Turn 2 of 3, user.*Who sails it\?.*(Ketch|Dory) 1.*(Ketch|Dory) 1/,
    /Turn 3 of 3, user.*And where\?.*On (the sea|a lake).*On (the sea|a lake)/,
  ]);
  await page.waitForTimeout(400);
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => dialogues.evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(0);
  await page.keyboard.press('3');
  await expect(evaluate.voting).toContainText('Stored for pair 1: Right is better');
});
