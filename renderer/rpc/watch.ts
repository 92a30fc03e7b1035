import { rpc } from './client.ts';
import { isAbort } from './rpc-error.ts';
import { jobsFeed } from './use-jobs.ts';
import { queryCache } from './use-query.ts';

const pauseMs = 1000;

/** Follows the core for as long as one connection lives: everything shown is asked again first. */
export function watchCore(signal: AbortSignal): void {
  queryCache.invalidate('all');
  void repeat(signal, () => watchTopics(signal));
  void repeat(signal, () => watchJobs(signal));
}

/** A stream may end when the project changes; it is opened again until the connection is gone. */
async function repeat(signal: AbortSignal, follow: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await follow();
    } catch (error) {
      if (!signal.aborted && !isAbort(error)) console.warn('A stream of the core ended:', error);
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function watchTopics(signal: AbortSignal): Promise<void> {
  for await (const { topics } of await rpc.project.watch(undefined, { signal })) {
    queryCache.invalidate(topics);
    if (topics.includes('project')) await reloadJobs();
  }
}

async function watchJobs(signal: AbortSignal): Promise<void> {
  await reloadJobs();
  const stream = await rpc.jobs.watch({ afterRevision: jobsFeed.revision }, { signal });
  for await (const job of stream) jobsFeed.push(job);
}

async function reloadJobs(): Promise<void> {
  const project = await rpc.project.current();
  jobsFeed.reset(project === null ? [] : await rpc.jobs.list());
}
