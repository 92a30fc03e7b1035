/**
 * Carries out key presses in the order they were made. A press that finds nothing under way acts
 * at once; one that comes while a review is being stored waits for it, so that "accept, next,
 * accept" typed fast means the samples it was typed for.
 */
export class PressQueue {
  #waiting: Promise<void> | undefined;
  readonly #onError: (error: unknown) => void;

  /** `onError` gets what a press throws; the presses after it still count. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Acts now or in turn. */
  add(act: () => Promise<void> | void): void {
    const mine = this.#waiting ? this.#after(this.#waiting, act) : this.#run(act);
    this.#waiting = mine;
    void this.#forget(mine);
  }

  async #after(earlier: Promise<void>, act: () => Promise<void> | void): Promise<void> {
    await earlier;
    await this.#run(act);
  }

  async #run(act: () => Promise<void> | void): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#onError(error);
    }
  }

  async #forget(mine: Promise<void>): Promise<void> {
    await mine;
    if (this.#waiting === mine) this.#waiting = undefined;
  }
}
