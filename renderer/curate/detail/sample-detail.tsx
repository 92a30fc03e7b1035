import type { Ref } from 'react';
import { ArchiveRestore, Check, Pencil, RotateCcw, Trash2, X } from 'lucide-react';
import type { Sample } from '../../../shared/domain/sample.ts';
import { usePacketKind } from '../../rpc/project.ts';
import { Button } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { binSelected, restoreSelected } from '../bin/bin-actions.ts';
import { edit } from '../curate-store.ts';
import { setDraft, useHasDraft } from '../edit/drafts.ts';
import { FlagList } from '../flag-list.tsx';
import { reviewSelected } from '../review-actions.ts';
import { statusTones } from '../sample-labels.ts';
import { Conversation } from './conversation.tsx';
import { EditChoice } from './edit-choice.tsx';
import { HistoryList, ProvenanceList } from './sample-facts.tsx';

/** A sample to read and judge: flags first, then the conversation, then where it comes from. */
export function SampleDetail({
  sample,
  paneRef,
}: {
  sample: Sample;
  paneRef: Ref<HTMLDivElement>;
}) {
  return (
    <article className="detail" aria-label={`Sample ${sample.seq}`}>
      <DetailHeader sample={sample} />
      <div key={sample.id} className="detail-scroll" tabIndex={-1} data-scroll-keys ref={paneRef}>
        <div className="detail-body">
          <div className="detail-main">
            <DraftNote sample={sample} />
            <FlagList flags={sample.flags} />
            <EditChoice sample={sample} />
            <Conversation messages={sample.messages} />
          </div>
          <div className="detail-side">
            <ProvenanceList sample={sample} />
            <HistoryList sampleId={sample.id} />
          </div>
        </div>
      </div>
    </article>
  );
}

function DetailHeader({ sample }: { sample: Sample }) {
  return (
    <header className="detail-header">
      <h2>#{sample.seq}</h2>
      <Badge tone={statusTones[sample.status]}>{sample.status}</Badge>
      {sample.versionOrdinal > 1 && <Badge>version {sample.versionOrdinal}</Badge>}
      {sample.isInBin && <Badge tone="warn">in the bin</Badge>}
      <span className="spacer" />
      {sample.isInBin ? <RestoreButton /> : <ReviewButtons sample={sample} />}
    </header>
  );
}

function RestoreButton() {
  return (
    <EditButton variant="primary" icon={<ArchiveRestore size={14} />} onClick={restoreSelected}>
      Restore
    </EditButton>
  );
}

function ReviewButtons({ sample }: { sample: Sample }) {
  const isPacket = usePacketKind() !== null;
  return (
    <>
      <EditButton
        icon={<Check size={14} />}
        shortcut="a"
        aria-pressed={sample.status === 'accepted'}
        onClick={() => reviewSelected('accept')}
      >
        Accept
      </EditButton>
      <EditButton
        icon={<X size={14} />}
        shortcut="x"
        aria-pressed={sample.status === 'rejected'}
        onClick={() => reviewSelected('reject')}
      >
        Reject
      </EditButton>
      <EditButton
        icon={<RotateCcw size={14} />}
        shortcut="r"
        disabled={sample.status === 'pending'}
        onClick={() => reviewSelected('reset')}
      >
        Reset
      </EditButton>
      <EditButton icon={<Pencil size={14} />} shortcut="e" onClick={() => edit(sample.id)}>
        Edit
      </EditButton>
      {!isPacket && (
        <EditButton
          className="button-icon"
          variant="ghost"
          aria-label="Move to the bin…"
          title="Move to the bin… (Delete)"
          icon={<Trash2 size={14} />}
          onClick={binSelected}
        />
      )}
    </>
  );
}

/** Says that an unsaved edit of this sample waits. */
function DraftNote({ sample }: { sample: Sample }) {
  const hasDraft = useHasDraft(sample.id);
  if (!hasDraft) return null;
  return (
    <div className="note">
      <span className="spacer">You have an unsaved edit of this sample.</span>
      <Button small onClick={() => edit(sample.id)}>
        Continue editing
      </Button>
      <Button small variant="ghost" onClick={() => setDraft(sample.id, undefined)}>
        Discard draft
      </Button>
    </div>
  );
}
