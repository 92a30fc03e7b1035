import type { ChatAnswer, FileSystem } from '../../../../shared/contract/chat.ts';
import type { TurnAnswer } from '../../../../shared/domain/evaluate/dialogue.ts';
import type { Message } from '../../../../shared/domain/message.ts';
import type { TokenShift } from '../../../../shared/domain/chat/token-shift.ts';
import { CancelledError } from '../../cli/command-error.ts';
import type { EndpointAnswer } from '../../../../shared/contract/network.ts';
import type { EndpointSystem } from '../../../../shared/domain/endpoint.ts';
import type { CoreClient } from '../../cli/open-core.ts';

/** One generation over many prompts; `onAnswer` gets them in the order they finish. */
export interface GenerateRequest {
  system: FileSystem;
  items: { key: string; messages: Message[] }[];
  sampling: Record<string, string | number>;
  parallel: number | undefined;
  /** Measures the answer token by token, against this base or the one below the adapter. */
  tokenShift?: { basePath: string | null } | undefined;
  signal: AbortSignal;
  onLoading?: () => void;
  onWarning: (text: string) => void;
  /** Pieces of the answer to one prompt, which is asked as chat does: with the seed as it is. */
  onText?: (text: string) => void;
  /** After each answer of a dialogue but the last. */
  onTurn?: () => void;
  /** `turns`: all answers of a dialogue. */
  onAnswer: (key: string, answer: ChatAnswer, turns?: readonly TurnAnswer[]) => void;
  onMeasured?: (done: number, total: number) => void;
  onShift?: (shift: TokenShift) => void;
}

/** Runs a generation to its end; an abort throws `CancelledError` after the engine has stopped. */
export async function generateAnswers(client: CoreClient, request: GenerateRequest): Promise<void> {
  const { system, items, sampling, parallel, signal, onLoading, onWarning, onText, onAnswer } =
    request;
  const asChat = onText !== undefined;
  try {
    const events = await client.generations.run(
      {
        system,
        items,
        sampling,
        asChat,
        tokenShift: request.tokenShift ?? null,
        ...(parallel !== undefined && { parallel }),
      },
      { signal },
    );
    for await (const event of events) {
      if (event.type === 'loading') onLoading?.();
      else if (event.type === 'warning') onWarning(event.text);
      else if (event.type === 'text') onText?.(event.text);
      else if (event.type === 'measured') request.onMeasured?.(event.done, event.total);
      else if (event.type === 'shift') request.onShift?.(event.shift);
      else if (event.type === 'turn') request.onTurn?.();
      else onAnswer(event.key, event.answer, event.turns);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (signal.aborted) throw new CancelledError();
}

/** The same by an endpoint, which needs no loading and tells no pieces. */
export async function generateByEndpoint(
  client: CoreClient,
  request: Pick<GenerateRequest, 'items' | 'sampling' | 'parallel' | 'signal' | 'onTurn'> & {
    system: EndpointSystem;
    onAnswer: (key: string, answer: EndpointAnswer, turns?: readonly TurnAnswer[]) => void;
  },
): Promise<void> {
  const { system, items, sampling, parallel, signal, onAnswer } = request;
  try {
    const asked = { system, items, sampling, ...(parallel !== undefined && { parallel }) };
    for await (const event of await client.network.answers(asked, { signal }))
      if (event.type === 'turn') request.onTurn?.();
      else onAnswer(event.key, event.answer, event.turns);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (signal.aborted) throw new CancelledError();
}
