import { expect, it } from 'vitest';
import { placeToasts } from './toast-place.ts';

const toast = { width: 400, height: 50 };
const inWindow = { width: 900, height: 700 };
const bar = { left: 0, top: 600, width: 900, height: 90, weight: 10_000 };

it('stand in the lower right corner where nothing can be pressed', () => {
  expect(placeToasts(toast, inWindow, [])).toEqual({ left: 488, top: 638 });
});

it('stand above buttons at the bottom, as far down as they can', () => {
  const { left, top } = placeToasts(toast, inWindow, [bar]);
  expect(left).toBe(488);
  expect(top + toast.height).toBeLessThanOrEqual(bar.top);
  expect(top + toast.height).toBeGreaterThan(bar.top - 40);
});

it('cover a row of a list where they have to cover something, and no button', () => {
  const rows = { left: 0, top: 0, width: 900, height: 600, weight: 1 };
  const { top } = placeToasts(toast, inWindow, [bar, rows]);
  expect(top + toast.height).toBeLessThanOrEqual(bar.top);
});

it('stay where they are while that is free, and move once it is not', () => {
  const current = { left: 100, top: 100 };
  expect(placeToasts(toast, inWindow, [bar], current)).toBe(current);
  const covering = { left: 120, top: 110, width: 80, height: 30, weight: 1000 };
  expect(placeToasts(toast, inWindow, [bar, covering], current)).not.toEqual(current);
});

it('have a place in a window that is smaller than they are', () => {
  expect(placeToasts(toast, { width: 300, height: 40 }, [bar])).toEqual({ left: 12, top: 12 });
});
