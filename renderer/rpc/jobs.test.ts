import { describe, expect, it } from 'vitest';
import type { Job } from '../../shared/contract/job-kinds.ts';
import type { JobState } from '../../shared/domain/job.ts';
import { JobsFeed } from './jobs.ts';

function job(id: string, revision: number, state: JobState): Job {
  return {
    id,
    revision,
    kind: 'import',
    title: id,
    subjectId: null,
    state,
    progress: null,
    error: null,
    result: null,
    sequence: 1,
    createdMs: 0,
    startedMs: null,
    finishedMs: null,
  };
}

describe('JobsFeed', () => {
  it('never shows an older snapshot after a newer one', () => {
    const feed = new JobsFeed();
    feed.push(job('a', 5, 'succeeded'));
    feed.push(job('a', 4, 'running'));
    expect(feed.read()[0]?.state).toBe('succeeded');
    expect(feed.revision).toBe(5);
  });

  it('drops a job that is forgotten because what it worked on was deleted', () => {
    const feed = new JobsFeed();
    feed.push(job('a', 5, 'succeeded'));
    feed.push(job('b', 6, 'running'));
    feed.push({ ...job('a', 7, 'succeeded'), isForgotten: true });
    expect(feed.read().map(({ id }) => id)).toEqual(['b']);
    expect(feed.revision).toBe(7);
  });

  it('starts its revisions anew when the core was restarted', () => {
    const feed = new JobsFeed();
    feed.push(job('a', 90, 'running'));
    feed.reset([job('a', 2, 'interrupted')]);
    feed.push(job('a', 3, 'queued'));
    expect(feed.read()[0]?.state).toBe('queued');
    expect(feed.revision).toBe(3);
  });

  it('reports an end once, and none for jobs that were already over', () => {
    const feed = new JobsFeed();
    const ended: string[] = [];
    feed.onEnd((job) => ended.push(job.id));
    feed.reset([job('old', 1, 'succeeded')]);
    feed.push(job('a', 2, 'running'));
    feed.push(job('a', 3, 'failed'));
    feed.push(job('a', 4, 'failed'));
    expect(ended).toEqual(['a']);
  });

  // The core's clock may have been set back between two jobs.
  it('shows the job that was started last on top, whatever times they carry', () => {
    const feed = new JobsFeed();
    const first = { ...job('first', 1, 'succeeded'), sequence: 7, createdMs: 2000 };
    const second = { ...job('second', 2, 'running'), sequence: 9, createdMs: 1000 };
    feed.reset([first]);
    feed.push(second);
    expect(feed.read().map(({ id }) => id)).toEqual(['second', 'first']);
    feed.reset([second, first]);
    expect(feed.read().map(({ id }) => id)).toEqual(['second', 'first']);
  });
});
