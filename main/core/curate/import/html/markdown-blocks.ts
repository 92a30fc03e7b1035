type Frame =
  | { kind: 'quote' }
  | { kind: 'list'; nextNumber: number | undefined; isOther: boolean }
  | { kind: 'item'; firstPrefix: string; restPrefix: string; isStarted: boolean };

/** A container that blocks can lie in. */
export type FrameKind = Frame['kind'];

// Deeper containers keep their text and lose their indentation: nesting must not cost stack or time.
const maxFrames = 24;
/** Markdown takes nine digits. */
const mostListNumber = 999_999_999;

/** Lays out Markdown blocks inside block quotes and lists: prefixes, numbering and blank lines. */
export class MarkdownBlocks {
  readonly #lines: string[] = [];
  readonly #frames: Frame[] = [];
  readonly #ignored: Record<FrameKind, number> = { quote: 0, list: 0, item: 0 };
  #lastFrames: Frame[] = [];
  #wasTight = false;

  /** Whether text goes directly into a list item. */
  get isInItem(): boolean {
    return this.#frames.at(-1)?.kind === 'item';
  }

  openQuote(): void {
    this.#push({ kind: 'quote' });
  }

  /** Opens a list; a numbered one starts at `firstNumber`. */
  openList(firstNumber?: number): void {
    this.#push({ kind: 'list', nextNumber: firstNumber, isOther: false });
  }

  /** Opens a list item, closing the one before it; an item outside of any list gets a bullet. */
  openItem(): void {
    if (this.isInItem && this.#ignored.list === 0) this.#frames.pop();
    this.#push({ kind: 'item', firstPrefix: '', restPrefix: '', isStarted: false });
  }

  /** Closes the innermost container of a kind and all it holds; does nothing when there is none. */
  close(kind: FrameKind): void {
    if (this.#ignored[kind] > 0) {
      this.#ignored[kind]--;
      return;
    }
    const index = this.#frames.findLastIndex((frame) => frame.kind === kind);
    if (index !== -1) this.#frames.length = index;
  }

  /** Writes a block; a tight one stands right under the tight list item before it. */
  write(lines: readonly string[], isTight: boolean): void {
    const isNewItem = this.#frames.some((frame) => frame.kind === 'item' && !frame.isStarted);
    const shared = this.#sharedFrames();
    const isListGoingOn = shared.length > 0 && shared.at(-1)?.kind !== 'quote';
    const isJoined =
      isNewItem && isListGoingOn && this.#wasTight && isTight && !this.#interruptsNothing(shared);
    this.#tellListsApart();
    if (this.#lines.length > 0 && !isJoined) this.#lines.push(this.#blankLine(shared));
    for (const line of lines) this.#lines.push(this.#prefix(line));
    this.#lastFrames = [...this.#frames];
    this.#wasTight = isTight;
  }

  toString(): string {
    return this.#lines.join('\n');
  }

  #push(frame: Frame): void {
    if (this.#frames.length < maxFrames) this.#frames.push(frame);
    else this.#ignored[frame.kind]++;
  }

  #sharedFrames(): Frame[] {
    const end = this.#frames.findIndex((frame, index) => frame !== this.#lastFrames[index]);
    return end === -1 ? this.#frames : this.#frames.slice(0, end);
  }

  /** A list that starts with another number than 1 does not interrupt a paragraph. */
  #interruptsNothing(shared: readonly Frame[]): boolean {
    const list = this.#frames[shared.length];
    return list?.kind === 'list' && list.nextNumber !== undefined && list.nextNumber !== 1;
  }

  /** A list right after another one of its kind gets other marks: it would go on with that one. */
  #tellListsApart(): void {
    const index = this.#sharedFrames().length;
    const list = this.#frames[index];
    const before = this.#lastFrames[index];
    if (list?.kind !== 'list' || before?.kind !== 'list') return;
    const isSameKind = (list.nextNumber === undefined) === (before.nextNumber === undefined);
    if (isSameKind && this.#frames[index + 1]?.kind === 'item') list.isOther = !before.isOther;
  }

  #blankLine(shared: readonly Frame[]): string {
    return shared.map(continuedPrefix).join('').trimEnd();
  }

  #prefix(line: string): string {
    const prefixes = this.#frames.map((frame, index) => this.#framePrefix(frame, index));
    return (prefixes.join('') + line).trimEnd();
  }

  // Numbers are given when an item gets its first line: an empty item takes none.
  #framePrefix(frame: Frame, index: number): string {
    if (frame.kind !== 'item' || frame.isStarted) return continuedPrefix(frame);
    const list = this.#frames[index - 1];
    const number = list?.kind === 'list' ? list.nextNumber : undefined;
    if (list?.kind === 'list' && number !== undefined)
      list.nextNumber = Math.min(number + 1, mostListNumber);
    const isOther = list?.kind === 'list' && list.isOther;
    const bullet = isOther ? '* ' : '- ';
    frame.firstPrefix = number === undefined ? bullet : `${number}${isOther ? ')' : '.'} `;
    frame.restPrefix = ' '.repeat(frame.firstPrefix.length);
    frame.isStarted = true;
    return frame.firstPrefix;
  }
}

function continuedPrefix(frame: Frame): string {
  if (frame.kind === 'quote') return '> ';
  return frame.kind === 'item' ? frame.restPrefix : '';
}

const blockMark =
  /^(?:#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|<(?=[a-zA-Z/!?])|(?:=+|-{2,}|\*{3,}|_(?:\s*_){2,})\s*$|~{3}|\[[^\]]+\]:)/;
const fenceMark = /^`{3,}(?=[^`]*$)/;
const numberMark = /^(\d{1,9})([.)])(?=\s|$)/;

/** The lines of a paragraph, with a mark that would turn one into another block escaped. */
export function paragraphLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(escapeMark);
}

/** Whether a line would make a table of the one above it. */
const isUnderHeader = (line: string) =>
  /^[|:-][\s|:-]*$/.test(line) && line.includes('-') && /[|:]/.test(line);

function escapeMark(line: string): string {
  // Most lines begin with a letter, which is no mark.
  if (/^[A-Za-z]/.test(line)) return line;
  if (blockMark.test(line) || isUnderHeader(line)) return `\\${line}`;
  return line
    .replace(numberMark, String.raw`$1\$2`)
    .replace(fenceMark, (ticks) => ticks.replaceAll('`', String.raw`\``));
}

/** The cells of one HTML table while it is read. */
export class MarkdownTable {
  readonly #rows: string[][] = [];
  #isCellOpen = false;

  startRow(): void {
    this.#rows.push([]);
  }

  startCell(): void {
    this.#isCellOpen = true;
  }

  /** Ends the cell with what was read since the last one; stray text becomes a cell too. */
  endCell(text: string): void {
    if (!this.#isCellOpen && text === '') return;
    this.#isCellOpen = false;
    const cell = text.replaceAll(/\s+/g, ' ').replaceAll('|', String.raw`\|`);
    if (this.#rows.length === 0) this.startRow();
    this.#rows.at(-1)?.push(cell);
  }

  /** A GFM table whose first row is the header; a table of one column is only a layout: lines. */
  toLines(): string[] {
    const rows = this.#rows.filter((row) => row.some((cell) => cell !== ''));
    const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
    if (columns < 2) return rows.map((row) => row[0] ?? '');
    const cells = rows.reduce((sum, row) => sum + row.length, 0);
    // A row may be shorter than its header: filling up many of them would outgrow the text.
    const isEven = rows.length * columns <= 4 * cells + 100;
    const lines = rows.map((row, index) =>
      tableLine(isEven || index === 0 ? [...row, ...filler(columns - row.length, '')] : row),
    );
    lines.splice(1, 0, tableLine(filler(columns, '---')));
    return lines;
  }
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function filler(count: number, cell: string): string[] {
  return Array.from({ length: count }, () => cell);
}
