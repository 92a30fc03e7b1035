/** A rectangle of the window, in CSS pixels. */
export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** What can be pressed, and how bad it would be to cover it. */
export interface Obstacle extends Area {
  weight: number;
}

/** Distance of toasts from the edges of the window, and at least from what can be pressed. */
const marginPx = 12;
const stepPx = 24;

/**
 * Where toasts of this size cover the least that can be pressed: of equally good places the one
 * nearest to the lower right corner. `current` stays while it covers nothing.
 */
export function placeToasts(
  size: Pick<Area, 'width' | 'height'>,
  inWindow: Pick<Area, 'width' | 'height'>,
  obstacles: readonly Obstacle[],
  current?: Pick<Area, 'left' | 'top'>,
): { left: number; top: number } {
  const most = {
    left: Math.max(marginPx, inWindow.width - size.width - marginPx),
    top: Math.max(marginPx, inWindow.height - size.height - marginPx),
  };
  const harmAt = (place: Pick<Area, 'left' | 'top'>) =>
    obstacles.reduce((sum, one) => sum + one.weight * overlap({ ...place, ...size }, one), 0);
  const fits = current && current.left <= most.left && current.top <= most.top;
  if (fits && harmAt(current) === 0) return current;
  const places = steps(most.left).flatMap((left) => steps(most.top).map((top) => ({ left, top })));
  const away = ({ left, top }: Pick<Area, 'left' | 'top'>) => most.left - left + (most.top - top);
  const first = { place: most, harm: harmAt(most) };
  return places.reduce((best, place) => {
    const harm = harmAt(place);
    const isBetter = harm < best.harm || (harm === best.harm && away(place) < away(best.place));
    return isBetter ? { place, harm } : best;
  }, first).place;
}

/** Places along one side, from the far end to the near one. */
function steps(most: number): number[] {
  const count = Math.floor((most - marginPx) / stepPx);
  return Array.from({ length: count + 1 }, (_, step) => most - step * stepPx);
}

/** Pixels of a thing that a toast covers, with a margin around the thing. */
function overlap(toast: Area, thing: Area): number {
  const [left, top] = [thing.left - marginPx / 2, thing.top - marginPx / 2];
  const width = Math.min(toast.left + toast.width, thing.left + thing.width + marginPx / 2);
  const height = Math.min(toast.top + toast.height, thing.top + thing.height + marginPx / 2);
  const [x, y] = [width - Math.max(toast.left, left), height - Math.max(toast.top, top)];
  return x > 0 && y > 0 ? x * y : 0;
}

const pressable =
  'button, a[href], input, select, textarea, summary, [role="button"], [role="tab"], [role="option"], ' +
  '[role="menuitem"], [role="separator"][tabindex]';
/** Rows of a list are many and large; another way leads to each of them once the toast has gone. */
const rowPx = 120;

/** Everything on the screen that can be pressed now: in an open dialog, where there is one. */
export function pressables(): Obstacle[] {
  const dialogs = document.querySelectorAll('dialog[open]');
  const scope = dialogs.item(dialogs.length - 1) ?? document;
  return [...scope.querySelectorAll<HTMLElement>(pressable)].flatMap((element) => {
    if (element.closest('.toasts')) return [];
    const { left, top, width, height } = element.getBoundingClientRect();
    const isSeen = width > 0 && height > 0 && top < innerHeight && top + height > 0;
    return isSeen ? [{ left, top, width, height, weight: weightOf(element, width) }] : [];
  });
}

function weightOf(element: HTMLElement, width: number): number {
  if (element.matches('.button-primary, .button-danger, .vote-option')) return 10_000;
  if (element.matches('.button, input, select, textarea')) return 1000;
  return width > rowPx ? 1 : 100;
}
