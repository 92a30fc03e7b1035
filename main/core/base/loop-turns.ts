import { setImmediate } from 'node:timers/promises';
import type { Steps } from '../../store/steps.ts';

const pieceMs = 15;
// Of a work in steps, which cost differently: many small ones until a slice is over.
const stepMs = 5;
const sliceMs = 25;

/**
 * Cuts long work in SQL into pieces with a turn of the event loop after each, so that others are
 * answered meanwhile. A piece grows or shrinks until it takes about 15 ms.
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
    const result = this.#timed(piece, pieceMs);
    await setImmediate();
    return result;
  }

  /** Takes all steps of a work in slices of about 25 ms; throws what `signal` aborts with. */
  async all<Result>(steps: Steps<Result>, signal: AbortSignal): Promise<Result> {
    let endMs = performance.now() + sliceMs;
    for (;;) {
      const { done, value } = this.#timed((limit) => steps.next(limit), stepMs);
      if (!done && performance.now() < endMs) continue;
      await setImmediate();
      signal.throwIfAborted();
      if (done) return value;
      endMs = performance.now() + sliceMs;
    }
  }

  #timed<Result>(piece: (limit: number) => Result, wantedMs: number): Result {
    const startMs = performance.now();
    const result = piece(this.#limit);
    const tookMs = performance.now() - startMs;
    // A piece of a busy machine is cut at once; one that was quick grows slowly.
    const factor = Math.min(2, Math.max(0.1, wantedMs / Math.max(tookMs, 0.1)));
    this.#limit = Math.min(this.#most, Math.max(this.#least, Math.round(this.#limit * factor)));
    return result;
  }
}
