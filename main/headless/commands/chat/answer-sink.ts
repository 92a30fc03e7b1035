import { visibleJson } from '../../../../shared/text/foreign-text.ts';
import type { ExportDraft } from '../../../core/files/export-files.ts';
import type { Terminal } from '../../cli/terminal.ts';

/**
 * Where generated answers go, in the order of their prompts: a file that takes its place when all of
 * them came, or standard output. With JSON and no file they are kept for the one document. A stop
 * loses nothing: what came is written, beside a file that it would have replaced.
 */
export class AnswerSink implements AsyncDisposable {
  readonly answers: object[] = [];
  /** Prompts (from 1) that could not be asked, and why. */
  readonly failures: { prompt: number; reason: string }[] = [];
  readonly #lines: OrderedLines;
  readonly #draft: ExportDraft | undefined;
  readonly #terminal: Terminal;
  #writing: Promise<void> = Promise.resolve();
  #count = 0;
  #isOver = false;

  /** Without a draft the answers go to standard output. */
  constructor(prompts: number, draft: ExportDraft | undefined, terminal: Terminal) {
    this.#lines = new OrderedLines(prompts);
    this.#draft = draft;
    this.#terminal = terminal;
  }

  /** How many answers have come. */
  get count(): number {
    return this.#count;
  }

  /** Notes that the prompt with this number (from 1) could not be asked. */
  addFailure(prompt: number, reason: string): void {
    this.failures.push({ prompt, reason });
  }

  /** Takes the answer to the prompt at `index`. */
  add(index: number, record: object): void {
    this.#count++;
    if (this.#draft || this.#terminal.mode === 'human')
      this.#lines.add(index, `${visibleJson(record)}\n`, this.#write);
    else this.answers[index] = record;
  }

  /** Puts the file in its place; throws when it could not be written. */
  async complete(): Promise<void> {
    await this.#finishWriting();
    await this.#draft?.place();
  }

  /** After a stop or an error: writes what is still held back, and keeps what came. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    await this.#finishWriting();
    if (!this.#draft || this.#count === 0) return;
    if (!this.#draft.replaces) return await this.#draft.place();
    const kept = await this.#draft.keepAside();
    this.#terminal.note(`The answers that came are in ${kept}; ${this.#draft.path} is unchanged.`);
  }

  async #finishWriting(): Promise<void> {
    this.#isOver = true;
    this.#lines.flush(this.#write);
    await this.#writing;
  }

  readonly #write = (line: string): void => {
    const draft = this.#draft;
    if (!draft) return this.#terminal.stream(line);
    this.#writing = this.#writing.then(() => draft.file.writeFile(line));
    // Told where the file is completed; without this it would end the process before.
    this.#writing.catch(() => undefined);
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
