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
    const lines = rows.map((row) => tableLine([...row, ...filler(columns - row.length, '')]));
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
