import { setImmediate } from 'node:timers/promises';

/**
 * How many turns of the event loop others had until `work` ended, beside what it answered; `onTurn`
 * is called in each.
 */
export async function turnsDuring<Result>(
  work: Promise<Result>,
  onTurn: () => void = () => undefined,
): Promise<{ turns: number; result: Result }> {
  const over = new AbortController();
  const result = work.finally(() => over.abort());
  let turns = 0;
  for (; !over.signal.aborted; turns += 1) {
    onTurn();
    await setImmediate();
  }
  return { turns, result: await result };
}
