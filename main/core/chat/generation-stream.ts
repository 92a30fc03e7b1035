import type { z } from 'zod';
import { withRepetitions } from '../../../shared/domain/evaluate/answer-seed.ts';
import { isDialogue, type TurnAnswer } from '../../../shared/domain/evaluate/dialogue.ts';
import type { ChatAnswer, FileSystem } from '../../../shared/contract/chat.ts';
import type { Sampling } from '../../../shared/domain/identity.ts';
import type { messageSchema } from '../../../shared/domain/message.ts';
import {
  startInference,
  type GuardedInference,
  type GuardedSystem,
  toRead,
} from '../files/guarded-engines.ts';
import { callEvents, type EventSink } from '../base/call-events.ts';
import { askTurns, type Talk } from '../models/ask-turns.ts';
import { hashedSystem } from '../models/hashed-system.ts';
import type { CoreState } from '../project/core-state.ts';
import { askTokenShift, type ShiftEvent } from './token-shift.ts';

/** Prompts for one system named by files. */
export interface GenerationRequest {
  system: FileSystem;
  items: { key: string; messages: z.infer<typeof messageSchema>[] }[];
  sampling: Sampling;
  parallel?: number | undefined;
  /** One conversation as chat asks it: with the seed as it is, and with its text as it comes. */
  asChat: boolean;
  /** Measures the answer of chat against this base, or the one below its adapter. */
  tokenShift: { basePath: string | null } | null;
}

type GenerationEvent =
  | { type: 'loading' }
  | { type: 'warning'; text: string }
  | { type: 'text'; text: string }
  | { type: 'turn'; key: string }
  | { type: 'answer'; key: string; answer: ChatAnswer; turns?: TurnAnswer[] }
  | ShiftEvent;

/** Streams answers of a system given by files; nothing is stored, no project has to be open. */
export async function* generateFromFiles(
  state: CoreState,
  request: GenerationRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<GenerationEvent, void> {
  yield { type: 'loading' };
  yield* callEvents<GenerationEvent>(state.calls, signal, (emit, anySignal) =>
    answer(state, request, emit, anySignal),
  );
}

async function answer(
  state: CoreState,
  request: GenerationRequest,
  emit: EventSink<GenerationEvent>,
  signal: AbortSignal,
): Promise<void> {
  const { system, warnings } = await hashedSystem(state, request.system, signal);
  for (const text of warnings) emit({ type: 'warning', text });
  const base = await shiftBase(state, request, system, signal);
  await using engine = startInference(toRead(...filesOf(system), base?.basePath));
  const ask = request.asChat ? askOne : askMany;
  await ask(engine, { ...request, system, base }, emit, signal);
}

const filesOf = ({ basePath, adapterPath }: GuardedSystem) => [basePath, adapterPath];

/** What the answer is compared with; null where nothing is measured, or the system is its base. */
async function shiftBase(
  state: CoreState,
  { tokenShift }: GenerationRequest,
  system: GuardedSystem,
  signal: AbortSignal,
): Promise<GuardedSystem | null> {
  if (tokenShift === null) return null;
  const { basePath } = tokenShift;
  const bare = { adapterPath: null, adapterBaseSha256: null, strength: 0, otherBase: false };
  if (basePath !== null)
    return (await hashedSystem(state, { ...bare, basePath, chatTemplate: '' }, signal)).system;
  if (system.adapterPath === null) return null;
  return { ...system, ...bare, adapterSha256: null, adapterName: null };
}

type Asking = Omit<GenerationRequest, 'system'> & {
  system: GuardedSystem;
  base: GuardedSystem | null;
};

async function askOne(
  engine: GuardedInference,
  { system, base, items, sampling, tokenShift }: Asking,
  emit: EventSink<GenerationEvent>,
  signal: AbortSignal,
): Promise<void> {
  const { key, messages } = items[0] ?? { key: '', messages: [] };
  const options = { signal, onEvent: emit };
  const answer = await engine.request('chat', { system, messages, sampling }, options);
  emit({ type: 'answer', key, answer });
  if (tokenShift === null || answer.output === '' || signal.aborted) return;
  await askTokenShift(engine, { system, base, messages, output: answer.output }, emit, signal);
}

async function askMany(
  engine: GuardedInference,
  { system, items, sampling, parallel }: Asking,
  emit: EventSink<GenerationEvent>,
  signal: AbortSignal,
): Promise<void> {
  const talks = withRepetitions(items).map((item): Talk => ({ ...item, turns: [] }));
  await askTurns(engine, talks, {
    system,
    sampling,
    parallel,
    signal,
    onAnswer: ({ key, messages, turns }, answer, isLast) => {
      if (isLast) emit({ type: 'answer', key, answer, ...(isDialogue(messages) && { turns }) });
      else emit({ type: 'turn', key });
    },
  });
}
