import { useCallback } from 'react';
import type { Job } from '../../../shared/contract/job-kinds.ts';
import { jobEndText } from '../../../shared/text/job-end.ts';
import { useJobEnd } from '../../rpc/jobs.ts';
import { usePreference } from '../../rpc/settings.ts';
import { showMadeBy } from '../show-made.ts';

/** Why this browser shows no notifications; null where it does, as in the desktop app. */
export function notifyProblem(): string | null {
  if (window.limaDesktop) return null;
  if (!('Notification' in window)) return 'This browser has no notifications.';
  if (Notification.permission === 'granted') return null;
  return 'This browser does not let this page show notifications: allow them beside the address, then switch this on again.';
}

/** Asks the browser for its permission; returns why there is none. To be called on a click. */
export async function askToNotify(): Promise<string | null> {
  if (!window.limaDesktop && 'Notification' in window) await Notification.requestPermission();
  return notifyProblem();
}

/** Tells the end of a long job while the page is hidden; the desktop app does so itself. */
export function useJobNotifications(): void {
  const notifies = usePreference('notifies');
  const tell = useCallback(
    (job: Job) => {
      const content = jobEndText(job);
      if (!notifies || !content || window.limaDesktop || !document.hidden) return;
      if (notifyProblem() !== null) return;
      const notification = new Notification(content.title, { body: content.body, tag: job.id });
      notification.addEventListener('click', () => {
        window.focus();
        showMadeBy(job)?.run();
      });
    },
    [notifies],
  );
  useJobEnd(tell);
}
