import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { visibleJson } from '../../../../shared/text/foreign-text.ts';
import type { Terminal } from '../../cli/terminal.ts';

/**
 * Where generated answers go, in the order of their prompts: a file that grows while they come,
 * or standard output. With JSON and no file they are kept for the one document.
 */
export class AnswerSink implements AsyncDisposable {
  readonly answers: object[] = [];
  readonly #lines: OrderedLines;
  readonly #file: ReturnType<typeof createWriteStream> | undefined;
  readonly #terminal: Terminal;
  #count = 0;

  /** `path` undefined means standard output; an existing file is replaced. */
  constructor(prompts: number, path: string | undefined, terminal: Terminal) {
    this.#lines = new OrderedLines(prompts);
    this.#file = path === undefined ? undefined : createWriteStream(path);
    // Reported where the file is closed; without a listener it would end the process.
    this.#file?.on('error', () => undefined);
    this.#terminal = terminal;
  }

  /** How many answers have come. */
  get count(): number {
    return this.#count;
  }

  /** Takes the answer to the prompt at `index`. */
  add(index: number, record: object): void {
    this.#count++;
    if (this.#file || this.#terminal.mode === 'human')
      this.#lines.add(index, `${visibleJson(record)}\n`, this.#write);
    else this.answers[index] = record;
  }

  /** Writes what is still held back; throws when the file could not be written. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#lines.flush(this.#write);
    if (!this.#file) return;
    const done = finished(this.#file);
    this.#file.end();
    await done;
  }

  readonly #write = (line: string): void => {
    if (this.#file) this.#file.write(line);
    else this.#terminal.stream(line);
  };
}

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
