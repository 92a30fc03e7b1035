import { availableParallelism } from 'node:os';
import { paneIds, type PaneId } from '../../../shared/domain/chat/chat-pane.ts';
import {
  startInference,
  toRead,
  systemToRead,
  type GuardedInference,
  type GuardedSystem,
} from '../files/guarded-engines.ts';

/**
 * What an inference process is kept for; each slot holds at most one loaded model. `generate-b`
 * has the second system of an evaluation where both models fit, `embed` the model of vectors.
 */
export type InferenceSlot = PaneId | 'generate' | 'generate-b' | 'embed';

const everySlot: readonly InferenceSlot[] = [...paneIds, 'generate', 'generate-b', 'embed'];

/** Chat panes answer at once, mostly two: each takes half the cores, or both would mostly wait. */
function threadsFor(slot: InferenceSlot): number {
  const cores = availableParallelism();
  const isPane = paneIds.some((pane) => pane === slot);
  return isPane ? Math.max(1, Math.floor(cores / 2)) : cores;
}

/** Inference processes by slot, started when first needed and again after one died. */
export class InferenceSlots {
  readonly #engines = new Map<
    InferenceSlot,
    { engine: GuardedInference; reads: readonly string[] }
  >();
  readonly #retired = new Set<GuardedInference>();
  readonly #start: typeof startInference;

  constructor(start = startInference) {
    this.#start = start;
  }

  /** The live process of a slot for systems in turn: one of other files is another process. */
  engine(slot: InferenceSlot, ...systems: readonly GuardedSystem[]): GuardedInference {
    const files = toRead(...systems.flatMap((system) => systemToRead(system).reads));
    const current = this.#engines.get(slot);
    const isEnough = files.reads.every((path) => current?.reads.includes(path));
    if (current && isEnough && !current.engine.hasExited) return current.engine;
    if (current) this.#retire(current.engine);
    const started = this.#start(files, threadsFor(slot));
    this.#engines.set(slot, { engine: started, reads: files.reads });
    return started;
  }

  /** What it was asked before is still answered. */
  #retire(engine: GuardedInference): void {
    this.#retired.add(engine);
    engine.retire();
    void engine.exited.then(() => this.#retired.delete(engine));
  }

  /** Ends the processes of these slots (all of them by default) and frees their memory. */
  async release(slots: readonly InferenceSlot[] = everySlot): Promise<number> {
    const live = slots.flatMap((slot) => this.#engines.get(slot)?.engine ?? []);
    for (const slot of slots) this.#engines.delete(slot);
    const ending = [...live, ...this.#retired];
    await Promise.all(ending.map((engine) => engine[Symbol.asyncDispose]()));
    return live.length;
  }
}
