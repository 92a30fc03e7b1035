import type { EngineProcess } from '../../engines/engine-process.ts';
import type { InferenceRequests } from '../../engines/protocol/inference.ts';
import { startInference } from '../../engines/start-engines.ts';

/** What an inference process is kept for; each slot holds at most one loaded model. */
export type InferenceSlot = 'left' | 'right' | 'generate';

/** Inference processes by slot, started when first needed and again after one died. */
export class InferenceSlots {
  readonly #engines = new Map<InferenceSlot, EngineProcess<InferenceRequests>>();

  /** The live process of a slot. */
  engine(slot: InferenceSlot): EngineProcess<InferenceRequests> {
    const current = this.#engines.get(slot);
    if (current && !current.hasExited) return current;
    const started = startInference();
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
