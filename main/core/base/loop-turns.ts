import { setImmediate } from 'node:timers/promises';
import type { Steps } from '../../store/steps.ts';

const turnMs = 25;

/**
 * Cuts long work in SQL into pieces with a turn of the event loop after each, so that others are
 * answered meanwhile. A piece grows or shrinks until it takes about 25 ms.
 */
export class LoopTurns {
  #limit: number;
  readonly #least: number;
  readonly #most: number;

  /** Pieces start with `first` rows and have at most `most`; rows of long texts start with few. */
  constructor(first: number, most: number) {
    this.#limit = first;
    this.#least = Math.min(100, first);
    this.#most = most;
  }

  /** Does a piece of at most `limit` rows, then lets others have their turn. */
  async take<Result>(piece: (limit: number) => Result): Promise<Result> {
    const startMs = performance.now();
    const result = piece(this.#limit);
    const tookMs = performance.now() - startMs;
    const factor = Math.min(2, Math.max(0.5, turnMs / Math.max(tookMs, 0.1)));
    this.#limit = Math.min(this.#most, Math.max(this.#least, Math.round(this.#limit * factor)));
    await setImmediate();
    return result;
  }

  /** Takes all steps of a work, each as a piece; throws what `signal` aborts with. */
  async all<Result>(steps: Steps<Result>, signal: AbortSignal): Promise<Result> {
    for (;;) {
      const { done, value } = await this.take((limit) => steps.next(limit));
      signal.throwIfAborted();
      if (done) return value;
    }
  }
}
