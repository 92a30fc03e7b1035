import { setImmediate } from 'node:timers/promises';

/** How many turns of the event loop others had until `work` ended, beside what it answered. */
export async function turnsDuring<Result>(
  work: Promise<Result>,
): Promise<{ turns: number; result: Result }> {
  let isOver = false;
  const result = work.finally(() => (isOver = true));
  let turns = 0;
  for (; !isOver; turns += 1) await setImmediate();
  return { turns, result: await result };
}
