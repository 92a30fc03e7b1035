import { useEffect, useRef, type RefObject } from 'react';

const nearEndPx = 60;

interface FollowedLog {
  log: RefObject<HTMLDivElement | null>;
  onScroll: () => void;
}

/**
 * Keeps the end of a growing log in sight, unless the person has scrolled away from it. A new
 * entry (`count` changes) brings the end back.
 */
export function useFollowEnd(count: number): FollowedLog {
  const log = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const seenCount = useRef(count);
  useEffect(() => {
    const element = log.current;
    if (seenCount.current !== count) follows.current = true;
    seenCount.current = count;
    if (element && follows.current) element.scrollTop = element.scrollHeight;
  });
  const onScroll = () => {
    const element = log.current;
    if (!element) return;
    const belowPx = element.scrollHeight - element.scrollTop - element.clientHeight;
    follows.current = belowPx < nearEndPx;
  };
  return { log, onScroll };
}
