import { useContext, useEffect, useState } from 'react';
import { TabActiveContext } from '../../ui/shortcuts.ts';
import { VoteClock } from './vote-clock.ts';

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
