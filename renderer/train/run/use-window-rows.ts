import { useLayoutEffect, useState, type RefObject } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { scrollerOf } from './use-sticky-head.ts';

/** The rows of a long table that are in sight, and the room of those before and after them. */
export interface WindowRows {
  first: number;
  /** One beyond the last. */
  end: number;
  beforePx: number;
  afterPx: number;
}

/** So many rows are all in the page. */
const fewRows = 40;

/**
 * Which of many rows of one height are in sight while the page scrolls: the others are room and no
 * elements. `box` holds the table.
 */
export function useWindowRows(
  box: RefObject<HTMLElement | null>,
  count: number,
  rowHeightPx: number,
): WindowRows {
  const [marginPx, setMarginPx] = useState(0);
  const isLong = count > fewRows;
  const virtualizer = useVirtualizer({
    count: isLong ? count : 0,
    getScrollElement: () => box.current && scrollerOf(box.current),
    estimateSize: () => rowHeightPx,
    overscan: 15,
    scrollMargin: marginPx,
  });
  // What stands above the table grows while curves come: where it begins is measured anew.
  useLayoutEffect(() => {
    const element = box.current;
    const scroller = isLong && element && scrollerOf(element);
    if (!element || !scroller) return undefined;
    const measure = () => {
      const top = element.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      setMarginPx(Math.round(top + scroller.scrollTop));
    };
    measure();
    const observer = new ResizeObserver(measure);
    for (const part of scroller.children) observer.observe(part);
    return () => observer.disconnect();
  }, [box, isLong]);
  if (!isLong) return { first: 0, end: count, beforePx: 0, afterPx: 0 };
  const items = virtualizer.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const end = (items.at(-1)?.index ?? -1) + 1;
  return { first, end, beforePx: first * rowHeightPx, afterPx: (count - end) * rowHeightPx };
}
