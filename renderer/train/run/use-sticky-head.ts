import { useEffect, type RefObject } from 'react';

/**
 * Keeps the head of a wide table in sight while its page scrolls. The table scrolls sideways in a
 * box of its own, to which `position: sticky` would hold: so the head is moved by as much as the
 * page went beyond the box.
 */
export function useStickyHead(box: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = box.current;
    const head = element?.querySelector('thead');
    const scroller = element && scrollerOf(element);
    if (!element || !head || !scroller) return undefined;
    const place = () => {
      const beyond = scroller.getBoundingClientRect().top - element.getBoundingClientRect().top;
      const room = element.clientHeight - head.offsetHeight;
      const offset = Math.min(Math.max(0, beyond), Math.max(0, room));
      head.style.transform = offset > 0 ? `translateY(${offset}px)` : '';
    };
    place();
    scroller.addEventListener('scroll', place, { passive: true });
    const observer = new ResizeObserver(place);
    observer.observe(element);
    // What stands above the page may grow into a second line, which moves it without a scroll.
    observer.observe(scroller);
    return () => {
      scroller.removeEventListener('scroll', place);
      observer.disconnect();
    };
  }, [box]);
}

/** The nearest element that scrolls up and down. */
export function scrollerOf(element: HTMLElement): HTMLElement | null {
  let parent = element.parentElement;
  while (parent && !/auto|scroll/.test(getComputedStyle(parent).overflowY))
    parent = parent.parentElement;
  return parent;
}
