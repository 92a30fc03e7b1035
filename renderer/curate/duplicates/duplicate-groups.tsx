import { useEffect, useState } from 'react';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { DuplicateGroup } from '../../../shared/contract/duplicates.ts';
import type { Sample } from '../../../shared/domain/sample.ts';
import { similarityText } from '../../../shared/text/duplicates.ts';
import { formatQuantity } from '../../../shared/text/numbers.ts';
import { rpc } from '../../rpc/client.ts';
import { whileStoring } from '../../rpc/storing.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { EmptyState, QueryView } from '../../ui/feedback/states.tsx';
import { showToast } from '../../ui/feedback/toast.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { Conversation } from '../detail/conversation.tsx';
import { undoLastReview } from '../review-actions.ts';
import { statusTones } from '../sample-labels.ts';

/** So many stand side by side; the others of a group are kept or rejected with them. */
const mostShown = 9;

/** One group after the other; keeping one sample rejects the others, as one review that can be undone. */
export function DuplicateGroups({
  groups,
  onAgain,
}: {
  groups: readonly DuplicateGroup[];
  onAgain: () => void;
}) {
  const [at, setAt] = useState(0);
  const group = groups[at];
  const keep = useAction(async (sampleId: string) => {
    if (!group) return;
    const others = group.sampleIds.filter((id) => id !== sampleId);
    const review = rpc.samples.review({ action: 'reject', selection: { ids: others } });
    const { changed } = await whileStoring(review);
    // A large one is a job, which tells of its end itself.
    if (changed !== null)
      showToast({
        text: `Kept one, rejected ${formatQuantity(changed, 'sample')}.`,
        tone: 'good',
        action: { label: 'Undo', run: undoLastReview },
      });
    setAt(at + 1);
  });
  const shown = group?.sampleIds.slice(0, mostShown) ?? [];
  useKeys((key) => {
    const kept = shown[Number(key) - 1];
    if (kept !== undefined && !keep.isRunning) void keep.run(kept);
    else if (key === 'n' && group) setAt(at + 1);
    else if (key === 'p') setAt(Math.max(0, at - 1));
  });
  if (!group)
    return (
      <EmptyState
        title="That was the last group"
        actions={
          <>
            <Button onClick={() => setAt(groups.length - 1)}>Back to it</Button>
            <Button onClick={onAgain}>Search again</Button>
          </>
        }
      >
        Rejected samples stay in the project and take no part in the next search.
      </EmptyState>
    );
  return (
    <section className="column" aria-label={`Group ${at + 1}`}>
      <div className="row row-wrap">
        <IconButton
          small
          label="Previous group (P)"
          disabled={at === 0}
          onClick={() => setAt(at - 1)}
        >
          <ChevronLeft size={15} />
        </IconButton>
        <span role="status">
          Group {at + 1} of {groups.length}: {formatQuantity(group.sampleIds.length, 'sample')},{' '}
          {similarityText(group.similarity)}
        </span>
        <IconButton small label="Next group (N)" onClick={() => setAt(at + 1)}>
          <ChevronRight size={15} />
        </IconButton>
        <span className="spacer" />
        <Button small data-autofocus onClick={() => setAt(at + 1)}>
          Keep all
        </Button>
      </div>
      {keep.error !== undefined && <ErrorView error={keep.error} />}
      <div className="duplicates-sides">
        {shown.map((id, index) => (
          <Member
            key={id}
            id={id}
            place={index + 1}
            isBusy={keep.isRunning}
            onKeep={() => void keep.run(id)}
          />
        ))}
      </div>
      {group.sampleIds.length > mostShown && (
        <p className="small dim">
          {formatQuantity(group.sampleIds.length - mostShown, 'more sample')} of this group{' '}
          {group.sampleIds.length - mostShown === 1 ? 'is' : 'are'} rejected with the others.
        </p>
      )}
    </section>
  );
}

/** Keys of a dialog, where no shortcut of the tab behind it acts; none while something is chosen or typed. */
function useKeys(onKey: (key: string) => void): void {
  useEffect(() => {
    const press = ({ key, ctrlKey, metaKey, altKey, repeat, target }: KeyboardEvent) => {
      const isInField = target instanceof Element && target.matches('select, input, textarea');
      if (!ctrlKey && !metaKey && !altKey && !repeat && !isInField) onKey(key);
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });
}

interface MemberProps {
  id: string;
  place: number;
  isBusy: boolean;
  onKeep: () => void;
}

function Member({ id, ...shown }: MemberProps) {
  const query = useQuery(['samples.get', id], () => rpc.samples.get({ id }), [
    'samples',
    'reviews',
  ]);
  return (
    <QueryView query={query}>{(sample) => <MemberText sample={sample} {...shown} />}</QueryView>
  );
}

function MemberText({
  sample,
  place,
  isBusy,
  onKeep,
}: Omit<MemberProps, 'id'> & { sample: Sample }) {
  return (
    <article aria-label={`Sample ${sample.seq}`}>
      <header className="row">
        <strong>#{sample.seq}</strong>
        <Badge tone={statusTones[sample.status]}>{sample.status}</Badge>
        <span className="spacer" />
        <EditButton small shortcut={String(place)} isBusy={isBusy} onClick={onKeep}>
          Keep this one
        </EditButton>
      </header>
      <p className="small dim truncate">
        <VisibleText text={sample.source} />
      </p>
      <Conversation messages={sample.messages} />
    </article>
  );
}
