import type { BrowserContext } from '@playwright/test';

/** Milliseconds from the start of the navigation. */
export interface ColdLoad {
  /** The browser's own "first contentful paint": the first text, of whatever kind. */
  firstPaintMs: number;
  /** The end of the first frame that shows what the page is for. */
  firstContentMs: number;
}

const mark = 'first-content';
const firstPaint = 'first-contentful-paint';

/** Loads an address in a new page whose cache is off, until `content` has words in it. */
export async function coldLoad(
  context: BrowserContext,
  address: string,
  content: string,
): Promise<ColdLoad> {
  const page = await context.newPage();
  try {
    const devTools = await context.newCDPSession(page);
    await devTools.send('Network.setCacheDisabled', { cacheDisabled: true });
    await page.addInitScript(markContent, { content, mark });
    await page.goto(address);
    // The browser tells its first paint a moment after it, which is late on a page that is quick.
    await page.waitForFunction(
      (names) => names.every((name) => performance.getEntriesByName(name).length > 0),
      [mark, firstPaint],
    );
    const startOf = (entry: string) =>
      page.evaluate((name) => performance.getEntriesByName(name)[0]?.startTime ?? NaN, entry);
    return {
      firstPaintMs: await startOf(firstPaint),
      firstContentMs: await startOf(mark),
    };
  } finally {
    await page.close();
  }
}

/** Runs in the page before its own scripts. */
function markContent({ content, mark: name }: { content: string; mark: string }): void {
  const look = () => {
    if (!document.querySelector(content)?.textContent) {
      requestAnimationFrame(look);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => performance.mark(name));
    port1.start();
    port2.postMessage(null);
  };
  requestAnimationFrame(look);
}
