import { useEffect, useState } from 'react';
import type { PaneId } from '../../shared/domain/chat/chat-pane.ts';
import type { TokenShift } from '../../shared/domain/chat/token-shift.ts';
import { rpc } from '../rpc/client.ts';
import { systemOfIdentity, templatesByHash, type AvailableModels } from '../ui/systems/systems.ts';
import { useChat } from './chat-store.ts';
import { messagesFor, type Turn } from './chat-turns.ts';

/** An answer that can be measured: with the turns that were said before it. */
export interface MeasuredTurn {
  pane: PaneId;
  turn: Turn;
  before: readonly Turn[];
}

/** How far the measuring of an answer has come. */
export type Measuring =
  | { phase: 'measuring'; done: number; total: number }
  | { phase: 'measured'; shift: TokenShift }
  | { phase: 'failed'; error: unknown };

const begun: Measuring = { phase: 'measuring', done: 0, total: 0 };

/** Measures an answer when it is first shown so, and stops when nobody looks any more. */
export function useTokenShift(
  measured: MeasuredTurn,
  available: AvailableModels,
): { measuring: Measuring; retry: () => void } {
  const [measuring, setMeasuring] = useState<Measuring>(begun);
  // An answer that is there changes no more: what is measured is what was there at first.
  const [asked, setAsked] = useState({ measured, available });
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const tell = (next: Measuring) => {
      if (!signal.aborted) setMeasuring(next);
    };
    measure(asked.measured, asked.available, signal, tell).catch((error: unknown) =>
      tell({ phase: 'failed', error }),
    );
    return () => controller.abort();
  }, [asked]);
  const retry = () => {
    setMeasuring(begun);
    setAsked({ measured, available });
  };
  return { measuring, retry };
}

async function measure(
  { pane, turn, before }: MeasuredTurn,
  available: AvailableModels,
  signal: AbortSignal,
  tell: (next: Measuring) => void,
): Promise<void> {
  const system = await systemOfAnswer(turn, available);
  const messages = messagesFor(before, turn);
  const { text, answer } = turn.answer;
  const request = { pane, system, messages, output: text, asked: answer?.identity };
  const events = await rpc.chat.tokenShift(request, { signal });
  for await (const event of events) {
    if (event.type === 'measured') tell({ phase: 'measuring', ...event });
    else if (event.type === 'shift') tell({ phase: 'measured', shift: event.shift });
  }
}

/**
 * The system that gave an answer, whatever is chosen above the pane by now. Of one that is opened again
 * template and examples are those that its hashes name, as far as the window knows such texts: the
 * engine refuses where they are not.
 */
async function systemOfAnswer({ answer }: Turn, available: AvailableModels) {
  if (answer.asked) return answer.asked.system;
  const identity = answer.answer?.identity;
  const chosen = Object.values(useChat.getState().panes).map(({ system }) => system);
  const texts = await templatesByHash(available, chosen);
  const system = identity && systemOfIdentity(identity, available, texts);
  if (system) return system;
  throw new Error(
    'The project has no more what gave this answer, or the file does not tell it: ask again.',
  );
}
