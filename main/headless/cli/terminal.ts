import { displayLine, displayText, visibleJson } from '../../../shared/text/foreign-text.ts';

/** How a command talks: to a person, as one JSON document, or as JSON lines with progress. */
export type OutputMode = 'human' | 'json' | 'json-lines';

/** Where a command's words go; the same two streams that `process` has. */
export interface TerminalStreams {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
}

const rewriteIntervalMs = 100;
const sparseIntervalMs = 5000;
const clearLine = '\r\u001b[2K';

/**
 * Results on standard output, everything else on standard error. Progress is one rewriting line on
 * a terminal; elsewhere a line when the phase changes and every five seconds. All words may hold
 * foreign text: what a terminal would obey, reorder or hide is named, in JSON it is escaped.
 */
export class Terminal {
  readonly mode: OutputMode;
  readonly #streams: TerminalStreams;
  #hasProgressLine = false;
  #lastProgressMs = 0;
  #lastPhase = '';
  readonly #streamed = new VisibleStream();

  constructor(mode: OutputMode, streams: TerminalStreams) {
    this.mode = mode;
    this.#streams = streams;
  }

  /** The command's result, once: `document` for programs, `text` for a person. */
  result(document: unknown, text: string): void {
    this.#clearProgress();
    if (this.mode !== 'human') this.#streams.stdout.write(`${visibleJson(document)}\n`);
    else if (text !== '') this.#streams.stdout.write(`${displayText(text).replace(/\n$/, '')}\n`);
  }

  /** Part of a streamed answer; with JSON the whole answer comes in the result instead. */
  stream(text: string): void {
    if (this.mode !== 'human') return;
    this.#clearProgress();
    this.#streams.stdout.write(this.#streamed.add(text));
  }

  /** A line for a person, beside the result. */
  note(text: string): void {
    this.#clearProgress();
    this.#streams.stderr.write(`${displayText(text)}\n`);
  }

  /** The state of long work: `document` becomes a JSON line when those are wanted. */
  progress(phase: string, text: string, document: Record<string, unknown>): void {
    if (this.mode === 'json-lines') {
      this.#streams.stdout.write(`${visibleJson({ progress: document })}\n`);
      return;
    }
    const now = Date.now();
    const isRewriting = this.#streams.stderr.isTTY === true;
    const intervalMs = isRewriting ? rewriteIntervalMs : sparseIntervalMs;
    if (phase === this.#lastPhase && now - this.#lastProgressMs < intervalMs) return;
    this.#lastPhase = phase;
    this.#lastProgressMs = now;
    const line = displayLine(text);
    if (!isRewriting) {
      this.#streams.stderr.write(`${line}\n`);
      return;
    }
    const width = (this.#streams.stderr.columns ?? 80) - 1;
    this.#streams.stderr.write(clearLine + Array.from(line).slice(0, width).join(''));
    this.#hasProgressLine = true;
  }

  #clearProgress(): void {
    if (this.#hasProgressLine) this.#streams.stderr.write(clearLine);
    this.#hasProgressLine = false;
  }
}

/** `displayText` of a text that comes in pieces, which may part a character or a line end. */
class VisibleStream {
  #before = '';
  #heldBack = '';

  /** What can be shown now; a half character or a carriage return waits for the next piece. */
  add(piece: string): string {
    const text = this.#heldBack + piece;
    this.#heldBack = /[\ud800-\udbff\r]$/.exec(text)?.[0] ?? '';
    const whole = text.slice(0, text.length - this.#heldBack.length);
    const shown = displayText(this.#before + whole).slice(displayText(this.#before).length);
    this.#before = Array.from(whole).at(-1) ?? this.#before;
    return shown;
  }
}

/**
 * Rows under a heading, columns as wide as their longest cell; no trailing blanks. Cells may hold
 * foreign text: what a terminal would obey in it is named instead.
 */
export function formatTable(headings: string[], rows: string[][]): string {
  const lines = [headings, ...rows].map((cells) => cells.map(displayLine));
  const widths = headings.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
