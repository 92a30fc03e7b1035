/**
 * Puts lines that come in any order back into their own: each is written as soon as all before it
 * are, so a long file grows while it is made and a stop loses nothing.
 */
export class OrderedLines {
  readonly #lines: (string | undefined)[];
  #next = 0;

  constructor(count: number) {
    this.#lines = Array.from({ length: count });
  }

  /** Takes the line of `index` (from 0) and writes what is due. */
  add(index: number, line: string, write: (line: string) => void): void {
    this.#lines[index] = line;
    for (; this.#lines[this.#next] !== undefined; this.#next++) this.#write(this.#next, write);
  }

  /** Writes what is left, in order, when some lines will never come. */
  flush(write: (line: string) => void): void {
    for (let index = this.#next; index < this.#lines.length; index++) this.#write(index, write);
    this.#next = this.#lines.length;
  }

  #write(index: number, write: (line: string) => void): void {
    const line = this.#lines[index];
    if (line !== undefined) write(line);
    this.#lines[index] = undefined;
  }
}
