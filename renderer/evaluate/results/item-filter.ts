import type { ReportItem } from '../../../shared/domain/evaluation-report.ts';

/** Which comparisons the table shows. */
export type ItemFilter = 'all' | 'a' | 'b' | 'tie' | 'open';

/** The comparisons a filter lets through, in order. */
export function filterItems(items: readonly ReportItem[], filter: ItemFilter): ReportItem[] {
  if (filter === 'all') return [...items];
  return items.filter((item) => (item.verdict ?? 'open') === filter);
}

const longestExcerpt = 120;

/** The beginning of the last user turn in one line, for the row of a comparison. */
export function promptExcerpt({ prompt }: Pick<ReportItem, 'prompt'>): string {
  const asked = prompt.findLast((message) => message.role === 'user') ?? prompt.at(-1);
  const line = (asked?.content ?? '').replaceAll(/\s+/g, ' ').trim();
  if (line.length <= longestExcerpt) return line;
  return `${Array.from(line).slice(0, longestExcerpt).join('')}…`;
}
