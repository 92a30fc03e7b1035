import type { PaneId } from '../../../shared/domain/chat/chat-pane.ts';
import type { SystemSpec } from '../../../shared/domain/identity.ts';
import type { Message } from '../../../shared/domain/message.ts';
import type { AskedHashes, TokenShift } from '../../../shared/domain/chat/token-shift.ts';
import { callEvents, type EventSink } from '../base/call-events.ts';
import type { GuardedInference, GuardedSystem } from '../files/guarded-engines.ts';
import { systemFiles } from '../models/checkpoints.ts';
import type { ProjectSession } from '../project/project-session.ts';

/** How far the measuring of an answer has come, and what it found. */
export type ShiftEvent =
  { type: 'measured'; done: number; total: number } | { type: 'shift'; shift: TokenShift };

interface ShiftRequest {
  pane: PaneId;
  system: SystemSpec;
  messages: Message[];
  output: string;
  asked?: AskedHashes | undefined;
}

/** Measures an answer of a system of the project, in the process of the pane that shows it. */
export async function* measureAnswer(
  session: ProjectSession,
  { pane, system: spec, messages, output, asked }: ShiftRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<{ type: 'loading' } | ShiftEvent, void> {
  const system = await systemFiles(session, spec, signal);
  // With an adapter or a whole model of its own, the model of the system is what it was trained on.
  const { modelId, checkpointId } = spec;
  const bare = { modelId, checkpointId: null, strength: 1 };
  const base = checkpointId === null ? null : await systemFiles(session, bare, signal);
  yield { type: 'loading' };
  yield* callEvents<ShiftEvent>(session.calls, signal, async (emit, anySignal) => {
    const engine = session.inference.engine(pane, ...(base ? [system, base] : [system]));
    await askTokenShift(engine, { system, base, messages, output, asked }, emit, anySignal);
  });
}

/** What is measured; `base` is null where the system is a base itself. */
export interface MeasuredAnswer {
  system: GuardedSystem;
  base: GuardedSystem | null;
  messages: Message[];
  output: string;
  asked?: AskedHashes | undefined;
}

/** Has an engine measure an answer, telling how far it is and at last what it found. */
export async function askTokenShift(
  engine: GuardedInference,
  measured: MeasuredAnswer,
  emit: EventSink<ShiftEvent>,
  signal: AbortSignal,
): Promise<void> {
  const shift = await engine.request('tokenShift', measured, { signal, onEvent: emit });
  emit({ type: 'shift', shift });
}
