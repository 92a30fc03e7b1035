import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { DisconnectedError } from './rpc-error.ts';
import { QueryCache } from './query-cache.ts';

const ignore = () => undefined;
const settled = () => new Promise((resolve) => setTimeout(resolve));

function counting(topics: ('samples' | 'runs')[] = ['samples']) {
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

describe('QueryCache', () => {
  it('asks once for two views of the same key', async () => {
    const cache = new QueryCache();
    const source = counting();
    cache.subscribe('a', source, ignore);
    cache.subscribe('a', source, ignore);
    await settled();
    expect(source.calls).toBe(1);
    expect(cache.read('a')).toMatchObject({ data: 1, hasData: true, isFetching: false });
  });

  it('asks again for its own topics only, and only while somebody looks', async () => {
    const cache = new QueryCache();
    const source = counting();
    const stop = cache.subscribe('a', source, ignore);
    await settled();
    cache.invalidate(['runs']);
    await settled();
    expect(source.calls).toBe(1);
    stop();
    cache.invalidate(['samples']);
    await settled();
    expect(source.calls).toBe(1);
    cache.subscribe('a', source, ignore);
    await settled();
    expect(source.calls).toBe(2);
  });

  it('does not keep an answer that was under way when the topic changed', async () => {
    const cache = new QueryCache();
    const answers = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
    let calls = 0;
    const fetch = () => answers[calls++]?.promise ?? Promise.reject(new Error('asked too often'));
    cache.subscribe('a', { fetch, topics: ['samples'] }, ignore);
    cache.invalidate(['samples']);
    cache.invalidate(['samples']);
    answers[0]?.resolve('old');
    await settled();
    expect(cache.read('a').isFetching).toBe(true);
    answers[1]?.resolve('new');
    await settled();
    expect(cache.read('a')).toMatchObject({ data: 'new', isFetching: false });
    expect(calls).toBe(2);
  });

  it('keeps the last data beside the error of a failed refresh', async () => {
    const cache = new QueryCache();
    let isBroken = false;
    const fetch = () => (isBroken ? Promise.reject(new Error('down')) : Promise.resolve('data'));
    cache.subscribe('a', { fetch, topics: [] }, ignore);
    await settled();
    isBroken = true;
    cache.refetch('a');
    await settled();
    expect(cache.read('a')).toMatchObject({ data: 'data', error: new Error('down') });
    isBroken = false;
    cache.refetch('a');
    await settled();
    expect(cache.read('a').error).toBeUndefined();
  });

  it('shows no error for a question that a lost connection cut off', async () => {
    const cache = new QueryCache();
    let isLost = true;
    const fetch = () =>
      isLost ? Promise.reject(new DisconnectedError()) : Promise.resolve('data');
    cache.subscribe('a', { fetch, topics: [] }, ignore);
    await settled();
    expect(cache.read('a')).toMatchObject({ error: undefined, hasData: false, isFetching: false });
    isLost = false;
    cache.invalidate('all');
    await settled();
    expect(cache.read('a').data).toBe('data');
  });

  it('does not keep the core busy with a slow answer while changes come in a burst', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const cache = new QueryCache();
    let calls = 0;
    const fetch = async () => {
      calls += 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
      return calls;
    };
    cache.subscribe('a', { fetch, topics: ['samples'] }, ignore);
    for (let change = 0; change < 20; change++) {
      cache.invalidate(['samples']);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(calls).toBe(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(cache.read('a').data).toBe(2);
  });
});
