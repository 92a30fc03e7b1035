/** Collects pieces of text and hands on what came at most once per frame. */
export class FrameBatch {
  #text = '';
  #isScheduled = false;
  readonly #deliver: (text: string) => void;
  readonly #nextFrame: (callback: () => void) => void;

  constructor(
    deliver: (text: string) => void,
    nextFrame: (callback: () => void) => void = (callback) => void requestAnimationFrame(callback),
  ) {
    this.#deliver = deliver;
    this.#nextFrame = nextFrame;
  }

  /** Takes a piece; the first of a frame asks for the next frame. */
  add(piece: string): void {
    this.#text += piece;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#nextFrame(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  /** Hands on what is left now, for the end of a stream: a hidden window draws no frames. */
  flush(): void {
    if (this.#text === '') return;
    const text = this.#text;
    this.#text = '';
    this.#deliver(text);
  }
}
