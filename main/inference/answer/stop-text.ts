/**
 * Ends an answer at a line that begins with a text, which a base model writes when it goes on with
 * the next question. What might be the beginning of that is held back, white space before it too.
 */
export class StopText {
  readonly #stop: RegExp | undefined;
  readonly #maybe: RegExp | undefined;
  #held = '';
  #isAtStart = true;
  text = '';
  isFound = false;

  constructor(stop: string | undefined) {
    if (stop === undefined) return;
    const starts = Array.from(stop, (_, index) => escaped(stop.slice(0, index + 1))).toReversed();
    this.#stop = new RegExp(String.raw`(?:^\s*|\s*\n\s*)${escaped(stop)}`);
    this.#maybe = new RegExp(String.raw`(?:(?:^\s*|\s*\n\s*)(?:${starts.join('|')})|\s+)$`);
  }

  /** What can be told of the answer so far; nothing more once the text was found. */
  push(text: string): string {
    if (this.isFound) return '';
    this.#held += text;
    // Behind what was told no line begins, unless a line break is still held.
    const padded = this.#isAtStart ? this.#held : `.${this.#held}`;
    const padding = padded.length - this.#held.length;
    const found = this.#stop?.exec(padded);
    if (found) {
      this.isFound = true;
      return this.#tell(found.index - padding, '');
    }
    const maybe = this.#maybe?.exec(padded);
    const end = maybe ? Math.max(0, maybe.index - padding) : this.#held.length;
    return this.#tell(end, this.#held.slice(end));
  }

  /** What was held back, when the answer ended otherwise. */
  flush(): string {
    return this.isFound ? '' : this.#tell(this.#held.length, '');
  }

  #tell(end: number, held: string): string {
    const told = this.#held.slice(0, end);
    this.#held = held;
    if (told !== '') this.#isAtStart = false;
    this.text += told;
    return told;
  }
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
