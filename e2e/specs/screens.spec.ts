import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '../fixtures.ts';
import { tour } from '../tour.ts';

/** Where the pictures go; pictures are a tool for people, so nothing is declared without it. */
const folder = process.env['LIMA_SCREENSHOTS'];
const widths = [900, 1280, 1920];

if (folder)
  test('pictures of every page with data are taken in both themes and three widths', async ({
    workbench,
  }) => {
    test.setTimeout(1_200_000);
    mkdirSync(folder, { recursive: true });
    const { page } = workbench;
    await tour(workbench, async (place) => {
      for (const width of widths)
        for (const colorScheme of ['dark', 'light'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 840 });
          const path = join(folder, `${place}-${width}-${colorScheme}.png`);
          await page.screenshot({ path, animations: 'disabled' });
        }
      await page.setViewportSize({ width: 1280, height: 840 });
    });
  });
