import type { OngoingCalls } from './ongoing-calls.ts';
import { AsyncQueue } from './streams.ts';

/** What such work tells while it goes on. */
export type EventSink<Event> = (event: Event) => void;

/** The events of work that uses an engine, until it has ended; who stops listening stops it. */
export async function* callEvents<Event>(
  calls: OngoingCalls,
  signal: AbortSignal | undefined,
  work: (emit: EventSink<Event>, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<Event, void> {
  const events = new AsyncQueue<Event>();
  const stop = new AbortController();
  const worked = calls
    .run([signal, stop.signal], (anySignal) => work((event) => events.push(event), anySignal))
    .then(
      () => events.end(),
      // What a caller stopped has not failed.
      (error: unknown) => events.end(signal?.aborted === true ? undefined : error),
    );
  try {
    yield* events;
  } finally {
    stop.abort();
    await worked;
  }
}
