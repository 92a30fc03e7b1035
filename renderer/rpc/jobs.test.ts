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
});
