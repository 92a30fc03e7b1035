import { useEffect, useSyncExternalStore } from 'react';
import type { Job } from '../../shared/contract/job-kinds.ts';
import { JobsFeed, type JobEndListener } from './jobs.ts';

/** The page's one feed; the watcher fills it. */
export const jobsFeed = new JobsFeed();

const subscribe = (listener: () => void) => jobsFeed.subscribe(listener);

/** Every job of the open project, newest first, live. */
export function useJobs(): readonly Job[] {
  return useSyncExternalStore(subscribe, () => jobsFeed.read());
}

/** One job, live; `undefined` while it is not known. */
export function useJob(id: string | null | undefined): Job | undefined {
  return useJobs().find((job) => job.id === id);
}

/** Calls back when a job ends that was running before. */
export function useJobEnd(listener: JobEndListener): void {
  useEffect(() => jobsFeed.onEnd(listener), [listener]);
}
