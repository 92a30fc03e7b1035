import { displayLine, displayText } from '../text/foreign-text.ts';

const SHORTEST_FENCE = 3;

/** Words that GitHub's readers turn into links or mentions whatever is escaped in them. */
const LINK_LIKE = /([^\s|`]*(?:\/\/|www\.|@)[^\s|`]*)/i;

/**
 * Text on one line that no Markdown reader (CommonMark, GitHub's tables, links and mathematics)
 * takes for markup: it can stand in a heading, a sentence or a table cell. Words that would
 * become links stand in code spans; all other punctuation with a meaning is escaped.
 */
export function inlineMarkdown(text: string): string {
  const pieces = displayLine(text).split(LINK_LIKE);
  return pieces
    .map((piece, index) => (index % 2 === 1 ? `\`${piece}\`` : escapeInline(piece)))
    .join('');
}

function escapeInline(text: string): string {
  return text.replace(/[\\*_{}[\]<>#|~&!$^]/g, '\\$&').replaceAll('`', '&#96;');
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
