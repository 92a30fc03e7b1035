import { displayLine, displayText } from './display-text.ts';

const SHORTEST_FENCE = 3;

/**
 * Text on one line that no Markdown reader (CommonMark, GitHub's tables, links and mathematics)
 * takes for markup: it can stand in a heading, a sentence or a table cell.
 */
export function inlineMarkdown(text: string): string {
  return displayLine(text)
    .replace(/[\\`*_{}[\]<>#|~&!@$^]/g, '\\$&')
    .replace(/:(?=\/)/g, '\\:')
    .replace(/\b(www)\./gi, '$1\\.');
}

/** Verbatim text in a fence that is longer than any run of backticks inside it. */
export function fencedMarkdown(text: string): string {
  const shown = displayText(text);
  const runs = shown.match(/`+/g) ?? [];
  const longest = runs.reduce((length, run) => Math.max(length, run.length), 0);
  const fence = '`'.repeat(Math.max(SHORTEST_FENCE, longest + 1));
  return `${fence}text\n${shown}\n${fence}`;
}

/** A table whose cells are text, not markup. */
export function markdownTable(columns: readonly string[], rows: readonly string[][]): string {
  const ruler = `|${' --- |'.repeat(columns.length)}`;
  return [tableLine(columns), ruler, ...rows.map(tableLine)].join('\n');
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.map(inlineMarkdown).join(' | ')} |`;
}
