import { useEffect, useSyncExternalStore } from 'react';
import type { Job, JobChange } from '../../shared/contract/job-kinds.ts';
import { isJobFinished } from '../../shared/domain/job.ts';

/** Called once when a job that was seen unfinished comes to its end. */
type JobEndListener = (job: Job) => void;

const newestFirst = (one: Job, other: Job) =>
  other.sequence - one.sequence || (one.id < other.id ? 1 : -1);

/**
 * The newest snapshot of every job. Snapshots may come twice or late after a reconnection: an
 * older revision never replaces a newer one.
 */
export class JobsFeed {
  #jobs: readonly Job[] = [];
  #revision = 0;
  readonly #listeners = new Set<() => void>();
  readonly #endListeners = new Set<JobEndListener>();

  /** The revision to resume the stream from. */
  get revision(): number {
    return this.#revision;
  }

  /** All known jobs, newest first; the same array until something changes. */
  read(): readonly Job[] {
    return this.#jobs;
  }

  /** Starts over with a full list: after a restart of the core, revisions begin anew. */
  reset(jobs: readonly Job[]): void {
    const ended = jobs.filter((job) => this.#endsNow(job));
    this.#jobs = jobs.toSorted(newestFirst);
    this.#revision = Math.max(0, ...jobs.map((job) => job.revision));
    this.#emit(ended);
  }

  /** Takes one snapshot of the stream; one of a job that is forgotten takes it away. */
  push({ isForgotten = false, ...job }: JobChange): void {
    const known = this.#jobs.find((other) => other.id === job.id);
    if (known && known.revision >= job.revision) return;
    const ended = this.#endsNow(job) ? [job] : [];
    const others = this.#jobs.filter((other) => other.id !== job.id);
    this.#jobs = isForgotten ? others : [...others, job].toSorted(newestFirst);
    this.#revision = Math.max(this.#revision, job.revision);
    this.#emit(ended);
  }

  /** Calls back on every change; returns the way to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back when a job ends that was running before; returns the way to stop. */
  onEnd(listener: JobEndListener): () => void {
    this.#endListeners.add(listener);
    return () => this.#endListeners.delete(listener);
  }

  #endsNow(job: Job): boolean {
    const known = this.#jobs.find((other) => other.id === job.id);
    return known !== undefined && !isJobFinished(known.state) && isJobFinished(job.state);
  }

  #emit(ended: readonly Job[]): void {
    for (const listener of this.#listeners) listener();
    for (const job of ended) for (const listener of this.#endListeners) listener(job);
  }
}

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
