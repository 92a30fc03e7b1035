import type { Labels } from '../../../shared/domain/label.ts';
import { Badge } from '../feedback/badge.tsx';
import { Select } from '../inputs/inputs.tsx';
import { VisibleText } from '../text/visible-text.tsx';

/** Tags of a thing, and the first line of its note. */
export function ThingLabels({ labels: { note, tags } }: { labels: Labels }) {
  const [firstLine = ''] = note.split('\n');
  if (tags.length === 0 && firstLine === '') return null;
  return (
    <span className="thing-labels small">
      {tags.map((tag) => (
        <Badge key={tag}>
          <VisibleText text={tag} />
        </Badge>
      ))}
      {firstLine !== '' && (
        <span className="dim truncate" title={note}>
          <VisibleText text={firstLine} />
        </span>
      )}
    </span>
  );
}

interface TagFilterProps {
  /** What the tags are of, in the plural. */
  label: string;
  all: readonly Labels[];
  value: string;
  onValue: (tag: string) => void;
}

/** Chooses one of the tags that are given; nothing is shown while none is. */
export function TagFilter({ label, all, value, onValue }: TagFilterProps) {
  const tags = [...new Set(all.flatMap((labels) => labels.tags))].toSorted();
  if (tags.length === 0) return null;
  return (
    <Select
      label={label}
      hideLabel
      value={tags.includes(value) ? value : ''}
      options={[
        { value: '', label: 'All tags' },
        ...tags.map((tag) => ({ value: tag, label: tag })),
      ]}
      onValue={onValue}
    />
  );
}
