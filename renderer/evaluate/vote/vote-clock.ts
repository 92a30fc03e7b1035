/** Measures how long a pair was looked at; time in which it was hidden does not count. */
export class VoteClock {
  #countedMs = 0;
  #runningSinceMs: number | null = null;
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Starts anew: another pair is on the screen. */
  restart(): void {
    this.#countedMs = 0;
    this.#runningSinceMs = this.#now();
  }

  /** The pair is out of sight. */
  pause(): void {
    this.#countedMs = this.elapsedMs();
    this.#runningSinceMs = null;
  }

  /** The pair is in sight again. */
  resume(): void {
    this.#runningSinceMs ??= this.#now();
  }

  /** Whole milliseconds in sight. */
  elapsedMs(): number {
    const runningMs = this.#runningSinceMs === null ? 0 : this.#now() - this.#runningSinceMs;
    return Math.round(this.#countedMs + runningMs);
  }
}
