import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import { expect, test } from '../fixtures.ts';
import { tour } from '../tour.ts';

declare global {
  interface Window {
    axe: typeof axe;
  }
}

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

interface Examined {
  context: { exclude: string[][] };
  /** True for a page that was examined by all rules already, in other colours. */
  isRecoloured: boolean;
}

// Empty ends of the focus order, which the library of the popovers puts there for Tab to leap from.
const everything = { exclude: [['[data-radix-focus-guard]']] };

/** What axe finds in the page as it is shown, a line for each element. */
function violations({ context, isRecoloured }: Examined): Promise<string[]> {
  // Rules that look at colours; of no other can a theme change the answer.
  const ofColours = ['color-contrast', 'color-contrast-enhanced', 'link-in-text-block'];
  const all = window.axe.getRules().map(({ ruleId }) => ruleId);
  const asked = isRecoloured ? ofColours : all;
  if (!ofColours.every((rule) => all.includes(rule))) throw new Error('axe has other rules');
  const rules = Object.fromEntries(asked.map((rule) => [rule, { enabled: true }]));
  return window.axe
    .run(context, { resultTypes: ['violations'], runOnly: asked, rules })
    .then((found) =>
      found.violations.flatMap(({ id, nodes }) =>
        nodes.map(
          ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`,
        ),
      ),
    );
}

/** Waits until the page is drawn as it is now, for a second at most. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1000);
    requestAnimationFrame(() => {
      requestAnimationFrame(() => resolve());
    });
  });
}

/** Charts that have no name, or no table behind them. */
function chartsInPicturesOnly(): string[] {
  const charts = [...document.querySelectorAll('canvas, [role="img"]')].filter((one) =>
    one.checkVisibility(),
  );
  return charts.flatMap((chart) => {
    const figure = chart.closest('figure');
    const details = figure?.getAttribute('aria-details');
    const isTold =
      figure?.querySelector('details') ?? (details && document.getElementById(details));
    const named = chart.closest('[role="img"]')?.getAttribute('aria-label');
    return isTold && named ? [] : [`in a picture only: ${chart.outerHTML.slice(0, 120)}`];
  });
}

/**
 * Controls of which less than half can be brought into sight: half of them is cut off by an element
 * that does not scroll, or lies beyond the window.
 */
function cutOff(): string[] {
  const controls = 'button, a[href], input, select, textarea, summary, [role="option"]';
  const root = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document;
  const shown = [...root.querySelectorAll<HTMLElement>(controls)].filter(
    (one) => one.checkVisibility() && !one.closest('.visually-hidden, [aria-hidden="true"]'),
  );
  return shown.flatMap((one) => {
    one.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const { left, right, top, bottom } = one.getBoundingClientRect();
    const seen = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    // A dialog lies above the page, wherever it stands in it.
    const dialog = one.closest('dialog');
    for (let box = one.parentElement; box && box !== dialog; box = box.parentElement) {
      if (getComputedStyle(box).overflow === 'visible') continue;
      const clip = box.getBoundingClientRect();
      seen.left = Math.max(seen.left, clip.left);
      seen.right = Math.min(seen.right, clip.right);
      seen.top = Math.max(seen.top, clip.top);
      seen.bottom = Math.min(seen.bottom, clip.bottom);
    }
    const width = Math.min(right, seen.right) - Math.max(left, seen.left);
    const height = Math.min(bottom, seen.bottom) - Math.max(top, seen.top);
    const isSeen = width > (right - left) / 2 && height > Math.min(10, (bottom - top) / 2);
    return isSeen ? [] : [`cut off: ${one.outerHTML.slice(0, 120)}`];
  });
}

/** What scrolls to the side, but for code and fields, whose lines are as long as they are. */
function scrollsSideways(): string[] {
  const all = [...document.querySelectorAll('body *:not(pre, code, textarea, input)')];
  return all
    .filter((one) => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
    .filter((one) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowX))
    .map((one) => `scrolls sideways: ${one.tagName} ${one.className}`);
}

test('axe finds nothing on any page, by any of its rules, in both themes and at 900 and 1920 px; nothing scrolls sideways at 900 px; at 640 px, as at 200 % zoom, every control is reached', async ({
  workbench,
}) => {
  test.setTimeout(600_000);
  const { page } = workbench;
  const found: Record<string, string[]> = {};
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await tour(workbench, async (place) => {
    // The same page, scrolled for a picture.
    if (place.endsWith('-below')) return;
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
    for (const width of [900, 1920])
      for (const colorScheme of ['dark', 'light'] as const) {
        const examined = { context: everything, isRecoloured: colorScheme === 'light' };
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 840 });
        let lines: string[] = [];
        // What is gone a moment later was the change from one theme to the other.
        for (let attempt = 0; attempt < 3; attempt++) {
          await page.evaluate(settled);
          lines = await page.evaluate(violations, examined);
          if (lines.length === 0) break;
          await page.waitForTimeout(300);
        }
        if (width === 900) lines.push(...(await page.evaluate(scrollsSideways)));
        if (lines.length > 0) found[`${place}, ${width} px, ${colorScheme}`] = lines;
      }
    await page.setViewportSize({ width: 640, height: 420 });
    await page.evaluate(settled);
    const zoomed = [
      ...(await page.evaluate(cutOff)),
      ...(await page.evaluate(chartsInPicturesOnly)),
    ];
    if (zoomed.length > 0) found[`${place}, 640 px`] = zoomed;
    await page.setViewportSize({ width: 1280, height: 840 });
  });
  expect(found).toEqual({});
});
