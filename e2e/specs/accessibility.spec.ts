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

// Empty ends of the focus order, which the library of the popovers puts there for Tab to leap from.
const everything = { exclude: [['[data-radix-focus-guard]']] };

/** What axe finds in the page as it is shown, a line for each element. */
function violations(everything: axe.ContextObject): Promise<string[]> {
  const rules = window.axe.getRules().map(({ ruleId }) => [ruleId, { enabled: true }] as const);
  return window.axe
    .run(everything, { resultTypes: ['violations'], rules: Object.fromEntries(rules) })
    .then((found) =>
      found.violations.flatMap(({ id, nodes }) =>
        nodes.map(
          ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`,
        ),
      ),
    );
}

/** Waits until colours have stopped changing after the theme did. */
async function settled(): Promise<void> {
  for (let frame = 0; frame < 2; frame++)
    await new Promise((resolve) => requestAnimationFrame(resolve));
  const passing = document.getAnimations().filter((one) => one instanceof CSSTransition);
  await Promise.allSettled(passing.map((one) => one.finished));
}

test('axe finds nothing on any page, by any of its rules, in both themes and at 900 and 1920 px', async ({
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
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 840 });
        let lines: string[] = [];
        // What is gone a moment later was the change from one theme to the other.
        for (let attempt = 0; attempt < 3; attempt++) {
          await page.evaluate(settled);
          lines = await page.evaluate(violations, everything);
          if (lines.length === 0) break;
          await page.waitForTimeout(300);
        }
        if (lines.length > 0) found[`${place}, ${width} px, ${colorScheme}`] = lines;
      }
    await page.setViewportSize({ width: 1280, height: 840 });
  });
  expect(found).toEqual({});
});
