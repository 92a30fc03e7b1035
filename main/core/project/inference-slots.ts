import { availableParallelism } from 'node:os';
import type { EngineProcess } from '../../engines/engine-process.ts';
import type { InferenceRequests } from '../../engines/protocol/inference.ts';
import { startInference } from '../../engines/start-engines.ts';

/** What an inference process is kept for; each slot holds at most one loaded model. */
export type InferenceSlot = 'left' | 'right' | 'generate';

/** The two chat panes answer at once: each takes half the cores, or both would mostly wait. */
function threadsFor(slot: InferenceSlot): number {
  const cores = availableParallelism();
  return slot === 'generate' ? cores : Math.max(1, Math.floor(cores / 2));
}

/** Inference processes by slot, started when first needed and again after one died. */
export class InferenceSlots {
  readonly #engines = new Map<InferenceSlot, EngineProcess<InferenceRequests>>();

  /** The live process of a slot. */
  engine(slot: InferenceSlot): EngineProcess<InferenceRequests> {
    const current = this.#engines.get(slot);
    if (current && !current.hasExited) return current;
    const started = startInference(threadsFor(slot));
    this.#engines.set(slot, started);
    return started;
  }

  /** Ends the processes of these slots (all of them by default) and frees their memory. */
  async release(slots: readonly InferenceSlot[] = ['left', 'right', 'generate']): Promise<number> {
    const live = slots.flatMap((slot) => this.#engines.get(slot) ?? []);
    for (const slot of slots) this.#engines.delete(slot);
    for (const engine of live) engine.kill('SIGTERM');
    await Promise.all(live.map((engine) => engine.exited));
    return live.length;
  }
}
