import type { ReactNode } from 'react';

interface ScrollRegionProps {
  label: string;
  className: string;
  /** Shows its end first: what is answered stands there. */
  startsAtEnd?: boolean;
  children: ReactNode;
}

/**
 * A named region that scrolls by itself; the browser makes it reachable by Tab where it is too
 * long. While it has the focus, the keys that scroll belong to it.
 */
export function ScrollRegion({ label, className, startsAtEnd, children }: ScrollRegionProps) {
  return (
    <section
      ref={startsAtEnd ? showEnd : undefined}
      className={className}
      aria-label={label}
      data-scroll-keys
    >
      {children}
    </section>
  );
}

const showEnd = (region: HTMLElement | null) => region?.scrollTo({ top: region.scrollHeight });
