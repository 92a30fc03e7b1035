import type { Page } from '@playwright/test';

/** Where a page shows which item it is at: the text of an element, or one of its attributes. */
export interface Sign {
  selector: string;
  attribute?: string;
}

/** How often and how fast a key is pressed. */
export interface Presses {
  key: string;
  times: number;
  /** At least so long after the last item appeared. */
  restMs: number;
}

const randomRestMs = 60;

/**
 * Presses a key again and again; returns for each press the milliseconds from the key event, as
 * the browser stamped it, to the end of the first frame that shows another item.
 */
export async function keyToFrame(page: Page, sign: Sign, presses: Presses): Promise<number[]> {
  const took: number[] = [];
  for (let press = 0; press < presses.times; press += 1) {
    // Not in step with the frames: a press may fall anywhere between two of them.
    await page.waitForTimeout(presses.restMs + Math.random() * randomRestMs);
    const step = await page.evaluateHandle(awaitStep, { key: presses.key, ...sign });
    await page.keyboard.press(presses.key);
    took.push(await step.evaluate(({ ms }) => ms));
    await step.dispose();
  }
  return took;
}

/**
 * Runs in the page. A frame that finds the sign changed is the one that paints it; the message
 * that it sends is handled after that frame.
 */
function awaitStep({ key, selector, attribute }: Sign & { key: string }): { ms: Promise<number> } {
  const read = () => {
    const element = document.querySelector(selector);
    return attribute === undefined ? element?.textContent : element?.getAttribute(attribute);
  };
  const longestMs = 10_000;
  const before = read();
  const ms = new Promise<number>((resolve, reject) => {
    const onKey = ({ timeStamp, key: pressed }: KeyboardEvent) => {
      if (pressed !== key) return;
      window.removeEventListener('keydown', onKey, { capture: true });
      const look = (nowMs: number) => {
        const now = read();
        if (now == null || now === before) {
          if (nowMs - timeStamp < longestMs) requestAnimationFrame(look);
          else reject(new Error(`${selector} stayed at ${before} for 10 s after ${key}`));
          return;
        }
        const { port1, port2 } = new MessageChannel();
        port1.addEventListener('message', () => resolve(performance.now() - timeStamp));
        port1.start();
        port2.postMessage(null);
      };
      requestAnimationFrame(look);
    };
    window.addEventListener('keydown', onKey, { capture: true });
  });
  return { ms };
}

/** Makes the empty page count presses of a key, at once: the least that a press can take. */
export async function countPresses(page: Page, key: string): Promise<void> {
  await page.evaluate((counted) => {
    window.addEventListener('keydown', (event) => {
      const sign = document.querySelector('p');
      if (sign && event.key === counted) sign.textContent = String(Number(sign.textContent) + 1);
    });
  }, key);
}
