import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { measureFrames } from '../frame-times.ts';
import { CuratePage } from '../pages/curate-page.ts';
import { ShellPage } from '../pages/shell-page.ts';
import { conversation, writeProject } from '../sample-files.ts';

const samples = 100_000;
/** Far beyond any jank: only a list that hangs is failed by it. */
const longestGapMs = 2000;

function* numberedSamples() {
  for (let number = 1; number <= samples; number++)
    yield { messages: conversation(`Question number ${number}?`, `Answer number ${number}.`) };
}

/** Rows within the visible part of the list that show nothing. */
async function countBlankRows(list: Locator): Promise<number> {
  return await list.evaluate((element) => {
    const frame = element.getBoundingClientRect();
    return [...element.querySelectorAll('[role="option"]')].filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return bottom > frame.top && top < frame.bottom && row.textContent === '';
    }).length;
  });
}

test('a list of 100,000 samples scrolls from end to end and leaves no row blank', async ({
  workbench,
}) => {
  test.setTimeout(180_000);
  const path = writeProject(join(workbench.folder, 'large.lima'), numberedSamples());
  const shell = new ShellPage(workbench);
  await shell.openProject(path);
  await expect(shell.counts).toContainText('100,000 pending', { timeout: 30_000 });
  const { page } = workbench;
  const curate = new CuratePage(page);
  const list = page.getByRole('listbox', { name: 'Samples' });
  await expect(curate.row('Question number 1?')).toBeVisible();
  expect(await curate.rows.count()).toBeLessThan(100);

  const wheel = await measureFrames(page, async () => {
    await list.hover();
    for (let turn = 0; turn < 60; turn++) await page.mouse.wheel(0, 1500);
  });
  await expect.poll(() => countBlankRows(list)).toBe(0);
  await expect(curate.row('Question number 1?')).toHaveCount(0);

  // Chromium without a window draws no scroll bar to grab: the list is moved as a thumb moves it.
  const drag = await measureFrames(page, () =>
    list.evaluate(async (element) => {
      const end = element.scrollHeight - element.clientHeight;
      for (let step = 1; step <= 120; step++) {
        element.scrollTop = (end * step) / 120;
        await new Promise(requestAnimationFrame);
      }
    }),
  );
  await expect(curate.row('Question number 100000?')).toBeInViewport();
  await expect.poll(() => countBlankRows(list)).toBe(0);

  const keys = await measureFrames(page, async () => {
    await page.keyboard.press('End');
    await expect(curate.detail).toContainText('Question number 100000?');
    await page.keyboard.press('Home');
    await expect(curate.detail).toContainText('Question number 1?');
  });
  await expect.poll(() => countBlankRows(list)).toBe(0);

  for (const [way, times] of Object.entries({ wheel, drag, keys })) {
    const { frames, medianMs, p95Ms, longestMs } = times;
    const description = `${way}: ${frames} frames, median ${medianMs.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms, longest ${longestMs.toFixed(0)} ms`;
    console.log(description);
    test.info().annotations.push({ type: 'frame times', description });
    expect(longestMs, description).toBeLessThan(longestGapMs);
  }
});
