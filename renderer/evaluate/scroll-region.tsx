import type { ReactNode } from 'react';

interface ScrollRegionProps {
  label: string;
  className: string;
  children: ReactNode;
}

/**
 * A named region that scrolls by itself; the browser makes it reachable by Tab where it is too
 * long. While it has the focus, the keys that scroll belong to it.
 */
export function ScrollRegion({ label, className, children }: ScrollRegionProps) {
  return (
    <section className={className} aria-label={label} data-scroll-keys>
      {children}
    </section>
  );
}
