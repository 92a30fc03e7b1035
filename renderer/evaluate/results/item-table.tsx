import { cutText } from '../../../shared/text/foreign-text.ts';
import { useState } from 'react';
import { ChevronDown, ChevronRight } from 'lucide-react';
import type { ReportItem } from '../../../shared/domain/report/evaluation-report.ts';
import { itemDialogue } from '../../../shared/report/item-dialogue.ts';
import { verdictWords, votesTable } from '../../../shared/report/report-figures.ts';
import { Badge } from '../../ui/feedback/badge.tsx';
import { Segments } from '../../ui/inputs/inputs.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { PromptText } from '../prompt-text.tsx';
import { FigureTable } from '../figure-table.tsx';
import { ItemAnswers } from './item-answers.tsx';
import { NearestSamplesPanel } from './nearest-samples.tsx';

const filters: readonly { value: ItemFilter; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'a', label: 'A won' },
  { value: 'b', label: 'B won' },
  { value: 'tie', label: 'Tie' },
  { value: 'open', label: 'Open' },
];

/** Every comparison with its verdict; a row opens to show what was compared. */
export function ItemTable({ items }: { items: readonly ReportItem[] }) {
  const [filter, setFilter] = useState<ItemFilter>('all');
  const shown = filterItems(items, filter);
  return (
    <section className="results-section" aria-label="Comparisons">
      <div className="row">
        <h2>Comparisons</h2>
        <span className="spacer" />
        <Segments
          label="Show comparisons"
          value={filter}
          options={filters.map(({ value, label }) => ({
            value,
            label: `${label} ${filterItems(items, value).length}`,
          }))}
          onValue={setFilter}
        />
      </div>
      {shown.length === 0 ? (
        <p className="dim">No comparison of this kind.</p>
      ) : (
        <ol className="items">
          {shown.map((item) => (
            <ItemRow key={item.ordinal} item={item} />
          ))}
        </ol>
      )}
    </section>
  );
}

function ItemRow({ item }: { item: ReportItem }) {
  const [isOpen, setIsOpen] = useState(false);
  const Icon = isOpen ? ChevronDown : ChevronRight;
  return (
    <li className="item">
      <button
        type="button"
        className="item-row"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        <Icon size={14} aria-hidden />
        <span className="faint item-ordinal">{item.ordinal + 1}</span>
        <span className="truncate">
          <VisibleText text={promptExcerpt(item)} />
        </span>
        <span className="spacer" />
        <Verdict item={item} />
      </button>
      {isOpen && <ItemDetail item={item} />}
    </li>
  );
}

function Verdict({ item: { verdict } }: { item: ReportItem }) {
  const side = verdict === 'a' || verdict === 'b' ? verdict : 'none';
  return (
    <span className={`item-verdict item-verdict-${side}`}>
      <Badge>{verdictWords(verdict)}</Badge>
    </span>
  );
}

function ItemDetail({ item }: { item: ReportItem }) {
  return (
    <div className="item-detail">
      <PromptText messages={itemDialogue(item).given} />
      {item.expected !== null && (
        <p className="small dim row">
          <Badge>expected</Badge>
          <VisibleText text={item.expected} />
        </p>
      )}
      <ItemAnswers item={item} />
      {item.votes.length > 0 && <FigureTable title="Votes" table={votesTable(item)} />}
      <NearestSamplesPanel prompt={item.prompt} />
    </div>
  );
}

/** Which comparisons the table shows. */
type ItemFilter = 'all' | 'a' | 'b' | 'tie' | 'open';

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
  return `${cutText(line, longestExcerpt)}…`;
}
