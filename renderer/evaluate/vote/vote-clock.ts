import { useContext, useEffect, useState } from 'react';
import { TabActiveContext } from '../../ui/shortcuts.ts';

/** Measures how long a pair was looked at; time in which it was hidden does not count. */
export class VoteClock {
  #countedMs = 0;
  #runningSinceMs: number | null = null;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Starts anew: another pair is on the screen. */
  restart(): void {
    this.#countedMs = 0;
    this.#runningSinceMs = this.#now();
  }

  /** The pair is out of sight. */
  pause(): void {
    this.#countedMs = this.elapsedMs();
    this.#runningSinceMs = null;
  }

  /** The pair is in sight again. */
  resume(): void {
    this.#runningSinceMs ??= this.#now();
  }

  /** Whole milliseconds in sight. */
  elapsedMs(): number {
    const runningMs = this.#runningSinceMs === null ? 0 : this.#now() - this.#runningSinceMs;
    return Math.round(this.#countedMs + runningMs);
  }
}

/** A clock that runs while this tab is shown and the window is not hidden; anew for every pair. */
export function useVoteClock(comparisonId: string | undefined): VoteClock {
  const isActive = useContext(TabActiveContext);
  const [clock] = useState(() => new VoteClock());
  useEffect(() => {
    if (comparisonId !== undefined) clock.restart();
  }, [clock, comparisonId]);
  useEffect(() => {
    const follow = () => {
      if (isActive && document.visibilityState === 'visible') clock.resume();
      else clock.pause();
    };
    follow();
    document.addEventListener('visibilitychange', follow);
    return () => document.removeEventListener('visibilitychange', follow);
  }, [clock, isActive]);
  return clock;
}
