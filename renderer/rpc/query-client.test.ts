import { QueryObserver } from '@tanstack/react-query';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ChangeTopic } from '../../shared/contract/app.ts';
import { createQueryClient, QueryRefresher } from './query-client.ts';
import { DisconnectedError } from './rpc-error.ts';
import { shownError } from './use-query.ts';

const settled = () => new Promise((resolve) => setTimeout(resolve));

interface Source {
  fetch: () => Promise<unknown>;
  topics: readonly ChangeTopic[];
}

/** A cache with its refresher, and what a view of the key `a` does with them. */
function createCache() {
  const client = createQueryClient();
  const refresher = new QueryRefresher(client);
  const observe = ({ fetch, topics }: Source) =>
    new QueryObserver(client, { queryKey: ['a'], queryFn: fetch, meta: { topics } });
  const idle = new QueryObserver(client, { queryKey: ['a'], enabled: false });
  return {
    refresher,
    show: (source: Source) => observe(source).subscribe(() => undefined),
    read: () => {
      const { data, error, isFetching } = idle.getOptimisticResult(
        client.defaultQueryOptions(idle.options),
      );
      return { data, error: shownError(error), isFetching };
    },
    refetch: () => {
      for (const { queryHash } of client.getQueryCache().getAll()) refresher.refetch(queryHash);
    },
  };
}

function counting(topics: readonly ChangeTopic[] = ['samples']) {
  const source = {
    calls: 0,
    topics,
    fetch: () => {
      source.calls += 1;
      return Promise.resolve(source.calls);
    },
  };
  return source;
}

describe('QueryRefresher', () => {
  it('asks once for two views of the same key', async () => {
    const { show, read } = createCache();
    const source = counting();
    show(source);
    show(source);
    await settled();
    expect(source.calls).toBe(1);
    expect(read()).toMatchObject({ data: 1, isFetching: false });
  });

  it('asks again for its own topics only, and only while somebody looks', async () => {
    const { refresher, show } = createCache();
    const source = counting();
    const stop = show(source);
    await settled();
    refresher.invalidate(['runs']);
    await settled();
    expect(source.calls).toBe(1);
    stop();
    refresher.invalidate(['samples']);
    await settled();
    expect(source.calls).toBe(1);
    show(source);
    await settled();
    expect(source.calls).toBe(2);
  });

  it('asks again for the topics of every view of a key', async () => {
    const { refresher, show } = createCache();
    const source = counting(['samples']);
    show(source);
    show({ ...source, topics: ['runs'] });
    await settled();
    refresher.invalidate(['samples']);
    await settled();
    expect(source.calls).toBe(2);
  });

  it('gives a new object for a new answer that says the same', async () => {
    const { refresher, show, read } = createCache();
    show({ fetch: () => Promise.resolve({ seqs: [1, 2] }), topics: ['samples'] });
    await settled();
    const before = read().data;
    refresher.invalidate(['samples']);
    await settled();
    expect(read().data).toEqual(before);
    expect(read().data).not.toBe(before);
  });

  it('does not keep an answer that was under way when the topic changed', async () => {
    const { refresher, show, read } = createCache();
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    let calls = 0;
    const fetch = () => answers[calls++]?.promise ?? Promise.reject(new Error('asked too often'));
    show({ fetch, topics: ['samples'] });
    refresher.invalidate(['samples']);
    refresher.invalidate(['samples']);
    answers[0]?.resolve('old');
    await settled();
    expect(read().isFetching).toBe(true);
    answers[1]?.resolve('new');
    await settled();
    expect(read()).toMatchObject({ data: 'new', isFetching: false });
    expect(calls).toBe(2);
  });

  it('keeps the last data beside the error of a failed refresh', async () => {
    const { show, read, refetch } = createCache();
    let isBroken = false;
    const fetch = () => (isBroken ? Promise.reject(new Error('down')) : Promise.resolve('data'));
    show({ fetch, topics: [] });
    await settled();
    isBroken = true;
    refetch();
    await settled();
    expect(read()).toMatchObject({ data: 'data', error: new Error('down') });
    isBroken = false;
    refetch();
    await settled();
    expect(read().error).toBeUndefined();
  });

  it('shows no error for a question that a lost connection cut off', async () => {
    const { refresher, show, read } = createCache();
    let isLost = true;
    const fetch = () =>
      isLost ? Promise.reject(new DisconnectedError()) : Promise.resolve('data');
    show({ fetch, topics: [] });
    await settled();
    expect(read()).toEqual({ data: undefined, error: undefined, isFetching: false });
    isLost = false;
    refresher.invalidate('all');
    await settled();
    expect(read().data).toBe('data');
  });

  it('does not keep the core busy with a slow answer while changes come in a burst', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { refresher, show, read } = createCache();
    let calls = 0;
    const fetch = async () => {
      calls += 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
      return calls;
    };
    show({ fetch, topics: ['samples'] });
    for (let change = 0; change < 20; change++) {
      refresher.invalidate(['samples']);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(calls).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(read().data).toBe(2);
  });
});
