import type { Locator } from '@playwright/test';
import { expect } from '../fixtures.ts';

/** The nearest box that scrolls up and down: nothing inside of it may do so, too. */
export function nestedScrollers(page: Locator): Promise<string[]> {
  return page.evaluate((root) => {
    const all = [...root.querySelectorAll('*')].filter(
      (element) =>
        /auto|scroll/.test(getComputedStyle(element).overflowY) &&
        element.scrollHeight > element.clientHeight + 1,
    );
    return all
      .filter((element) => all.some((other) => other !== element && other.contains(element)))
      .map((element) => element.className);
  });
}

/** Width of each column of a table, by its heading. */
export function columnWidths(table: Locator): Promise<[heading: string, widthPx: number][]> {
  return table.evaluate((element) =>
    [...element.querySelectorAll('thead th')].map((head): [string, number] => [
      head.textContent,
      head.getBoundingClientRect().width,
    ]),
  );
}

/** Points into a chart, and expects the values of that place to be told beside the pointer. */
export async function expectValuesAtPointer(chart: Locator): Promise<void> {
  const label = chart.locator('.cursor-label');
  const plot = chart.locator('.u-over');
  const box = (await plot.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  for (const share of [0.3, 0.95]) {
    const at = { x: box.x + share * box.width, y: box.y + box.height / 2 };
    await plot.hover({ position: { x: share * box.width, y: box.height / 2 } });
    await expect(label).toContainText(/step \d+/);
    const told = (await label.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    const away = Math.max(told.x - at.x, at.x - (told.x + told.width), 0);
    expect(away).toBeLessThan(40);
  }
}
