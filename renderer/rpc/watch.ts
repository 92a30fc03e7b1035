import { rpc } from './client.ts';
import { queryRefresher } from './query-client.ts';
import { isAbort } from './rpc-error.ts';
import { jobsFeed } from './jobs.ts';

const checkMs = 2000;
const retryMs = 1000;

let checkNow: () => void = () => undefined;
let isOutdated = false;

/** Says that this window opened or closed a project: everything shown is asked again at once. */
export function projectChanged(): void {
  isOutdated = true;
  queryRefresher.invalidate('all');
  checkNow();
}

/**
 * Follows the core for as long as one connection lives. The streams belong to a project, so which
 * one is open is asked every two seconds: another window may open or close one.
 */
export function watchCore(signal: AbortSignal): void {
  queryRefresher.invalidate('all');
  void followProjects(signal);
}

async function followProjects(signal: AbortSignal): Promise<void> {
  let followed: string | null | undefined;
  let streams = new AbortController();
  while (!signal.aborted) {
    const path = await currentPath();
    if (path !== undefined && (path !== followed || isOutdated)) {
      isOutdated = false;
      streams.abort();
      streams = new AbortController();
      if (followed !== undefined) queryRefresher.invalidate('all');
      followed = path;
      followProject(path, { connection: signal, project: streams.signal });
    }
    await untilNextCheck();
  }
}

/** The open project's path, `null` for none, `undefined` when the core did not answer. */
async function currentPath(): Promise<string | null | undefined> {
  try {
    return (await rpc.project.current())?.path ?? null;
  } catch (error) {
    console.warn('The open project is not known:', error);
    return undefined;
  }
}

function untilNextCheck(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, checkMs);
    checkNow = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

/** What a stream lives as long as. A lost connection ends it by itself: nothing is to be sent. */
interface Lifetimes {
  connection: AbortSignal;
  project: AbortSignal;
}

function followProject(path: string | null, lifetimes: Lifetimes): void {
  jobsFeed.reset([]);
  if (path === null) return;
  void repeat(lifetimes, watchTopics);
  void repeat(lifetimes, watchJobs);
}

async function repeat(
  { connection, project }: Lifetimes,
  follow: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const isOver = () => connection.aborted || project.aborted;
  while (!isOver()) {
    try {
      await follow(project);
    } catch (error) {
      if (!isOver() && !isAbort(error)) console.warn('A stream of the core ended:', error);
    }
    if (!isOver()) await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

async function watchTopics(signal: AbortSignal): Promise<void> {
  for await (const { topics } of await rpc.project.watch(undefined, { signal }))
    queryRefresher.invalidate(topics);
  // It was closed: what has the same path next may be a backup in its place.
  queryRefresher.invalidate('all');
}

async function watchJobs(signal: AbortSignal): Promise<void> {
  jobsFeed.reset(await rpc.jobs.list());
  const stream = await rpc.jobs.watch({ afterRevision: jobsFeed.revision }, { signal });
  for await (const job of stream) jobsFeed.push(job);
}
