import { memo, type MouseEvent } from 'react';
import { Check, Circle, X } from 'lucide-react';
import type { SampleRow, SampleStatus } from '../../../shared/domain/sample.ts';
import { formatCount, formatQuantity } from '../../../shared/text/numbers.ts';
import { Badge } from '../../ui/feedback/badge.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { useHasDraft } from '../edit/drafts.ts';
import { flagTexts } from '../sample-labels.ts';

/** Height of every row of the list. */
export const rowHeightPx = 66;

interface SampleListRowProps {
  seq: number;
  /** `undefined` while it is being fetched. */
  row: SampleRow | undefined;
  topPx: number;
  isSelected: boolean;
  isMarked: boolean;
  onSelect: (seq: number, how: ClickKind) => void;
}

/** With Ctrl or Cmd a click marks one more sample, with Shift all up to it. */
export type ClickKind = 'select' | 'mark' | 'mark-through';

function clickKind({ shiftKey, ctrlKey, metaKey }: MouseEvent): ClickKind {
  if (shiftKey) return 'mark-through';
  return ctrlKey || metaKey ? 'mark' : 'select';
}

/** One sample: status, both previews, source, length and flags. */
export const SampleListRow = memo(function SampleListRow(props: SampleListRowProps) {
  const { seq, row, topPx, isSelected, isMarked, onSelect } = props;
  return (
    // Keys are handled for the whole list, which holds the focus.
    <div
      id={`sample-${seq}`}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected || isMarked}
      data-current={isSelected || undefined}
      data-marked={isMarked || undefined}
      className="sample-row"
      style={{ height: rowHeightPx, transform: `translateY(${topPx}px)` }}
      onMouseDown={(event) => onSelect(seq, clickKind(event))}
    >
      {row ? (
        <RowContent row={row} />
      ) : (
        <span className="sample-row-waiting" aria-label="Loading" />
      )}
    </div>
  );
});

function RowContent({ row }: { row: SampleRow }) {
  const hasDraft = useHasDraft(row.id);
  return (
    <>
      <StatusSign status={row.status} />
      <div className="sample-row-prompt truncate">
        <VisibleText text={row.promptPreview} />
      </div>
      <div className="sample-row-length" title={formatQuantity(row.turns, 'turn')}>
        {formatCount(row.characters)}
      </div>
      <div className="sample-row-answer truncate">
        <VisibleText text={row.answerPreview} />
      </div>
      <div className="sample-row-meta">
        <span className="truncate faint">{row.source}</span>
        {row.turns > 2 && <span className="faint">{formatQuantity(row.turns, 'turn')}</span>}
        {hasDraft && <Badge tone="accent">draft</Badge>}
        {row.flags.map((flag) => (
          <Badge key={flag} tone="warn" title={flagTexts[flag].meaning}>
            {flagTexts[flag].short}
          </Badge>
        ))}
      </div>
    </>
  );
}

function StatusSign({ status }: { status: SampleStatus }) {
  const Icon = { pending: Circle, accepted: Check, rejected: X }[status];
  return (
    <span className={`sample-row-status status-${status}`} title={status}>
      <Icon size={14} strokeWidth={status === 'pending' ? 1.5 : 3} aria-label={status} />
    </span>
  );
}
