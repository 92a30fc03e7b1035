import { useEffect, useRef, type ReactNode } from 'react';

interface ScrollRegionProps {
  label: string;
  className: string;
  children: ReactNode;
}

/**
 * A named region that scrolls by itself; the browser makes it reachable by Tab where it is too
 * long. While it has the focus, up and down scroll it instead of voting.
 */
export function ScrollRegion({ label, className, children }: ScrollRegionProps) {
  const region = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = region.current;
    const keepArrows = (event: KeyboardEvent) => {
      const isTooLong = element !== null && element.scrollHeight > element.clientHeight;
      if (isTooLong && (event.key === 'ArrowDown' || event.key === 'ArrowUp'))
        event.stopPropagation();
    };
    element?.addEventListener('keydown', keepArrows);
    return () => element?.removeEventListener('keydown', keepArrows);
  }, []);
  return (
    <section ref={region} className={className} aria-label={label}>
      {children}
    </section>
  );
}
