/** Writing takes at most this share of the time. */
const mostShare = 1 / 50;
const automaticIntervalMs = 60_000;

/**
 * Says when the next resume checkpoint is due: after a number of steps, or (0) once a minute, and
 * at the end of an epoch; never so often that writing takes over 2 % of the time, unless a number
 * of steps asks for it.
 */
export class CheckpointClock {
  readonly #everySteps: number;
  readonly #now: () => number;
  #lastStep: number;
  #lastMs: number;
  #durationMs = 0;

  /** `step` is where the run starts or goes on. */
  constructor(everySteps: number, step: number, now: () => number = () => performance.now()) {
    this.#everySteps = everySteps;
    this.#lastStep = step;
    this.#now = now;
    this.#lastMs = now();
  }

  /** The last step that is safe. */
  get lastStep(): number {
    return this.#lastStep;
  }

  /** Whether to write after a finished step. */
  isDue(step: number, isEndOfEpoch: boolean): boolean {
    if (this.#everySteps > 0 && step - this.#lastStep >= this.#everySteps) return true;
    const elapsedMs = this.#now() - this.#lastMs;
    const isAffordable = elapsedMs * mostShare >= this.#durationMs;
    const isLongAgo = this.#everySteps === 0 && elapsedMs >= automaticIntervalMs;
    return isAffordable && (isEndOfEpoch || isLongAgo);
  }

  /** Runs `write` and remembers how long it took. */
  async time(step: number, write: () => Promise<void>): Promise<void> {
    const startedMs = this.#now();
    await write();
    this.#lastMs = this.#now();
    this.#durationMs = this.#lastMs - startedMs;
    this.#lastStep = step;
  }
}
