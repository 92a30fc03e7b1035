import type { Page } from '@playwright/test';

/** Gaps between the frames that a page painted, in milliseconds. */
export interface FrameTimes {
  frames: number;
  medianMs: number;
  p95Ms: number;
  longestMs: number;
}

/** Notes every frame of the page while `act` goes on. */
export async function measureFrames(page: Page, act: () => Promise<void>): Promise<FrameTimes> {
  await page.evaluate(() => {
    performance.clearMarks('frame');
    const note = () => {
      if (document.documentElement.dataset['frames'] !== 'noted') return;
      performance.mark('frame');
      requestAnimationFrame(note);
    };
    document.documentElement.dataset['frames'] = 'noted';
    requestAnimationFrame(note);
  });
  await act();
  const moments = await page.evaluate(() => {
    delete document.documentElement.dataset['frames'];
    return performance.getEntriesByName('frame').map((entry) => entry.startTime);
  });
  const gaps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment));
  return summarize(gaps);
}

function summarize(gapsMs: readonly number[]): FrameTimes {
  const sorted = gapsMs.toSorted((first, second) => first - second);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { frames: gapsMs.length, medianMs: at(0.5), p95Ms: at(0.95), longestMs: at(1) };
}
