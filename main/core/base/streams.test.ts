import { expect, test } from 'vitest';
import { orAborted, untilAborted } from './streams.ts';

const never = new Promise<never>(() => undefined);

async function* oneAndNever() {
  yield 1;
  yield await never;
}

test('work that is not aborted keeps its result and its error', async () => {
  const { signal } = new AbortController();
  expect(await orAborted(Promise.resolve(1), signal)).toBe(1);
  await expect(orAborted(Promise.reject(new Error('x')), signal, 100)).rejects.toThrow('x');
});

test('work that never ends is left behind when its signal aborts, at once or after its grace', async () => {
  await expect(orAborted(never, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  const signal = AbortSignal.timeout(20);
  const startMs = performance.now();
  await expect(orAborted(never, signal, 200)).rejects.toThrow(/timeout/);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(200);
});

test('work that ends in its grace keeps its result', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  setTimeout(() => resolve(7), 20);
  expect(await orAborted(promise, AbortSignal.abort(), 10_000)).toBe(7);
});

test('a stream that waits for ever ends with the reason of the signal', async () => {
  const values: number[] = [];
  const controller = new AbortController();
  const reading = (async () => {
    for await (const value of untilAborted(oneAndNever(), controller.signal)) {
      values.push(value);
      setImmediate(() => controller.abort(new Error('enough')));
    }
  })();
  await expect(reading).rejects.toThrow('enough');
  expect(values).toEqual([1]);
});

test('a stream that is left early is told so', async () => {
  let wasClosed = false;
  async function* stream() {
    try {
      yield 1;
      yield 2;
    } finally {
      wasClosed = true;
    }
  }
  for await (const _ of untilAborted(stream(), new AbortController().signal)) break;
  expect(wasClosed).toBe(true);
});
