import { setTimeout as delay } from 'node:timers/promises';
import { CancelledError, exitCodes } from './command-error.ts';

/** Time for a command to end by itself after Ctrl-C, when it has nothing to save. */
const graceMs = 1500;

const saving = new WeakSet<AbortSignal>();
const holders = new WeakMap<AbortSignal, () => boolean>();
/** npm passes a Ctrl-C on that the terminal has sent already: two at once are one. */
const sameMs = 400;

/**
 * A signal that aborts at the first Ctrl-C or SIGTERM, with the signal's name as its reason. The
 * second one ends the process at once; engine processes notice that their parent is gone.
 */
export function abortOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  let heldMs = -Infinity;
  const onInterrupt = (name: NodeJS.Signals) => {
    const { signal } = controller;
    if (signal.aborted) endAtOnce(exitCodes.cancelled);
    if (name === 'SIGINT' && performance.now() - heldMs < sameMs) return;
    const isHeld = name === 'SIGINT' && holders.get(signal)?.() === true;
    if (isHeld) heldMs = performance.now();
    else controller.abort(name);
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  return controller.signal;
}

/**
 * Asks `holds` at each Ctrl-C before the command is interrupted: while it answers true, nothing ends.
 * SIGTERM is not asked about, since nobody is there to answer.
 */
export function holdInterrupt(signal: AbortSignal, holds: () => boolean): void {
  holders.set(signal, holds);
}

/** Lets a command that is interrupted take its time, because it saves what a person waited for. */
export function allowSaving(signal: AbortSignal): void {
  saving.add(signal);
}

/**
 * Waits for a command, but after Ctrl-C no longer than a moment: whatever it waits for then, a
 * disk, an engine or a call that knows no signal, is left behind. Throws CancelledError.
 */
export async function untilInterrupted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  try {
    await Promise.race([work, afterGrace(signal, ended.signal)]);
  } finally {
    ended.abort();
    work.catch(() => undefined);
  }
}

async function afterGrace(signal: AbortSignal, ended: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true, signal: ended });
  await promise;
  await delay(graceMs);
  if (!saving.has(signal)) throw new CancelledError();
  await new Promise<never>(() => undefined);
}

/** The exit code of a command that ended with `code`: after Ctrl-C it is always the same. */
export function exitCodeAfter(code: number, signal: AbortSignal): number {
  return signal.reason === 'SIGINT' ? exitCodes.cancelled : code;
}

/**
 * Ends this process without waiting for threads that wait for a disk: leaving Node the usual way
 * joins them. Another program takes the place of this one and has the exit code.
 */
export function endAtOnce(code: number): never {
  if (process.platform !== 'win32' && process.execve) {
    // Node says on standard error that this function is new.
    process.removeAllListeners('warning');
    process.execve('/bin/sh', ['sh', '-c', `exit ${code}`], {});
  }
  process.exit(code);
}
