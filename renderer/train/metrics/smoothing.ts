/**
 * Share of the past that is kept at each step, for an average over about a fortieth of the run:
 * 2 steps at least, so that short runs do not lag behind, 50 at most.
 */
export function smoothingFactor(totalSteps: number): number {
  return 1 - 1 / Math.min(50, Math.max(2, totalSteps / 40));
}

/**
 * Exponential moving average without the pull towards zero at the start (Adam's correction):
 * the first value is the first point, not a tenth of it. Feed it one value at a time.
 */
export class Smoother {
  readonly #factor: number;
  #sum = 0;
  #weight = 0;

  constructor(factor: number) {
    this.#factor = factor;
  }

  /** Takes the next value; returns the average so far. A value that is no number is passed by. */
  next(value: number): number {
    if (Number.isFinite(value)) {
      this.#sum = this.#factor * this.#sum + (1 - this.#factor) * value;
      this.#weight = this.#factor * this.#weight + (1 - this.#factor);
    }
    return this.#weight === 0 ? Number.NaN : this.#sum / this.#weight;
  }
}
