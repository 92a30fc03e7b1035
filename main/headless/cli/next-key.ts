import { emitKeypressEvents, type Key } from 'node:readline';
import { CancelledError } from './command-error.ts';

/** Waits for a key that `choiceOf` knows. In raw mode Ctrl-C is a key, not a signal. */
export async function nextKey<Choice>(
  signal: AbortSignal,
  choiceOf: (key: string) => Choice | undefined,
): Promise<Choice> {
  const { stdin } = process;
  const { promise, resolve, reject } = Promise.withResolvers<Choice>();
  const onKey = (text: string | undefined, key: Key) => {
    if (key.ctrl && key.name === 'c') return reject(new CancelledError());
    const choice = text === undefined ? undefined : choiceOf(text);
    if (choice !== undefined) resolve(choice);
  };
  const onAbort = () => reject(new CancelledError());
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.resume();
  stdin.on('keypress', onKey);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    stdin.off('keypress', onKey);
    stdin.setRawMode(false);
    stdin.pause();
  }
}
