import { useRef, useState } from 'react';
import { MessageSquareText } from 'lucide-react';
import { rpc } from '../../rpc/client.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { TextArea, TextInput } from '../../ui/inputs/inputs.tsx';
import { useShortcuts } from '../../ui/shortcuts.ts';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { leaveOnEscape } from '../leave-on-escape.ts';
import type { Ballot } from './use-ballot.ts';

/** Tags of other votes; those of this one are all shown, since nothing else takes them away. */
const mostOffered = 12;
const mostReason = 4000;
const mostTag = 50;

/** Why somebody votes so: shut until it is asked for, and never in the way of the keys that vote. */
export function ReasonFields({ ballot }: { ballot: Pick<Ballot, 'why' | 'explain'> }) {
  const { why } = ballot;
  const [isOpen, setIsOpen] = useState(why.reason !== '' || why.tags.length > 0);
  const fields = useRef<HTMLDivElement>(null);
  const focus = (selector: string) => {
    setIsOpen(true);
    // The fields may be there only after this render.
    requestAnimationFrame(() =>
      fields.current?.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true }),
    );
  };
  useShortcuts([
    { keys: ['r'], label: 'Write a reason', group: 'Blind voting', run: () => focus('textarea') },
    { keys: ['t'], label: 'Tag the vote', group: 'Blind voting', run: () => focus('input') },
  ]);
  return (
    <div ref={fields} className="vote-reason" role="group" aria-label="Reason and tags">
      {isOpen ? (
        <Fields ballot={ballot} />
      ) : (
        <Button
          small
          variant="ghost"
          icon={<MessageSquareText size={13} />}
          shortcut="r"
          onClick={() => focus('textarea')}
        >
          Reason and tags…
        </Button>
      )}
    </div>
  );
}

function Fields({ ballot: { why, explain } }: { ballot: Pick<Ballot, 'why' | 'explain'> }) {
  const [typed, setTyped] = useState('');
  const known = useQuery(['evaluations.voteTags'], () => rpc.evaluations.voteTags(), [
    'evaluations',
  ]);
  const toggle = (tag: string) =>
    explain({
      tags: why.tags.includes(tag) ? why.tags.filter((one) => one !== tag) : [...why.tags, tag],
    });
  const add = () => {
    const tag = typed.trim().replaceAll(',', ' ');
    if (tag !== '' && !why.tags.includes(tag)) explain({ tags: [...why.tags, tag] });
    setTyped('');
  };
  const counts = new Map((known.data ?? []).map(({ tag, votes }) => [tag, votes]));
  const others = [...counts.keys()].filter((tag) => !why.tags.includes(tag));
  const offered = [...why.tags, ...others.slice(0, Math.max(0, mostOffered - why.tags.length))];
  return (
    <>
      <TextArea
        label="Reason (optional; Esc goes back to voting)"
        rows={1}
        maxLength={mostReason}
        value={why.reason}
        onValue={(reason) => explain({ reason })}
        onKeyDown={leaveOnEscape}
      />
      <TextInput
        label="Tag (Enter adds it)"
        value={typed}
        maxLength={mostTag}
        onValue={setTyped}
        onBlur={add}
        onKeyDown={(event) => {
          leaveOnEscape(event);
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
      />
      {offered.length > 0 && (
        <div className="vote-tags" role="group" aria-label="Tags of this vote">
          {offered.map((tag) => (
            <Button
              key={tag}
              small
              variant="ghost"
              aria-pressed={why.tags.includes(tag)}
              onClick={() => toggle(tag)}
            >
              <VisibleText text={tag} />
              {counts.has(tag) && <span className="dim"> {counts.get(tag)}</span>}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}
