import { create } from 'zustand';
import { openTransport, type Transport } from './connect.ts';
import { DisconnectedError } from './rpc-error.ts';
import { SignInNeeded, signInChanged } from './web-session.ts';

/** What the page knows about its line to the core. */
export interface ConnectionState {
  phase: 'connecting' | 'open' | 'lost' | 'sign-in';
  /** Why the last attempt failed, in words for a person. */
  reason: string;
  /** True from the first connection on: the window then holds what a person typed. */
  wasOpen: boolean;
}

/** The connection as the window shows it. */
export const useConnection = create<ConnectionState>(() => ({
  phase: 'connecting',
  reason: '',
  wasOpen: false,
}));

let current: Transport | undefined;

/** Waiting time before attempt `attempt` (from 1): doubling from 250 ms up to 5 s. */
export function backoffMs(attempt: number): number {
  return Math.min(5000, 250 * 2 ** (attempt - 1));
}

/** The open transport; waits while the first connection is being made, throws once it was lost. */
export async function currentTransport(): Promise<Transport> {
  if (useConnection.getState().phase === 'connecting') await firstAttempt();
  if (!current) throw new DisconnectedError();
  return current;
}

function firstAttempt(): Promise<void> {
  return new Promise((resolve) => {
    const stop = useConnection.subscribe((state) => {
      if (state.phase === 'connecting') return;
      stop();
      resolve();
    });
  });
}

/**
 * Keeps the page connected for its whole life, with backoff between attempts. `onOpen` runs after
 * every (re)connection; its signal aborts when that connection is gone.
 */
export async function stayConnected(onOpen: (signal: AbortSignal) => void): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      current = await openTransport();
      attempt = 1;
      await useUntilClosed(current, onOpen);
      useConnection.setState({ phase: 'lost', reason: 'The connection was closed.' });
    } catch (error) {
      if (error instanceof SignInNeeded) {
        useConnection.setState({ phase: 'sign-in', reason: error.message });
        await signInChanged();
        continue;
      }
      const reason = error instanceof Error ? error.message : String(error);
      useConnection.setState({ phase: 'lost', reason });
    }
    await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt)));
  }
}

async function useUntilClosed(
  transport: Transport,
  onOpen: (signal: AbortSignal) => void,
): Promise<void> {
  const gone = new AbortController();
  useConnection.setState({ phase: 'open', reason: '', wasOpen: true });
  onOpen(gone.signal);
  await transport.closed;
  current = undefined;
  gone.abort();
}
