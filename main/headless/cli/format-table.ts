import { displayLine } from '../../../shared/text/foreign-text.ts';

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
