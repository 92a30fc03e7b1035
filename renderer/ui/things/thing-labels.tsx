import { useState, type ReactNode } from 'react';
import type { LabelledThing, Labels } from '../../../shared/domain/label.ts';
import { thingNouns } from '../../../shared/text/project/deleting.ts';
import { Badge } from '../feedback/badge.tsx';
import { Select } from '../inputs/inputs.tsx';
import { VisibleText } from '../text/visible-text.tsx';
import { useLabels } from './things-store.ts';

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

interface TaggedProps<Item extends { id: string }> {
  thing: LabelledThing;
  list: readonly Item[];
  /** The one that is chosen is shown whatever its tags are. */
  keptId?: string | null;
  children: (shown: readonly Item[]) => ReactNode;
}

/**
 * A list of things that is narrowed to those with a tag; nothing to choose is shown while none has
 * any. A tag that was taken away from all of them hides nothing.
 */
export function Tagged<Item extends { id: string }>(props: TaggedProps<Item>) {
  const { thing, list, keptId = null, children } = props;
  const labelsOf = useLabels(thing);
  const [wanted, setWanted] = useState('');
  const tags = [...new Set(list.flatMap(({ id }) => labelsOf(id).tags))].toSorted();
  const tag = tags.includes(wanted) ? wanted : '';
  const isShown = ({ id }: Item) => id === keptId || labelsOf(id).tags.includes(tag);
  const noun = thingNouns[thing];
  return (
    <>
      {tags.length > 0 && (
        <Select
          label={`${noun.slice(0, 1).toUpperCase()}${noun.slice(1)}s with tag`}
          hideLabel
          value={tag}
          options={[
            { value: '', label: 'All tags' },
            ...tags.map((each) => ({ value: each, label: each })),
          ]}
          onValue={setWanted}
        />
      )}
      {children(tag === '' ? list : list.filter(isShown))}
    </>
  );
}
