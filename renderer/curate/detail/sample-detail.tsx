import type { Ref } from 'react';
import { Check, Pencil, RotateCcw, X } from 'lucide-react';
import type { Sample } from '../../../shared/domain/sample.ts';
import { Badge } from '../../ui/feedback/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Conversation } from './conversation.tsx';
import { edit } from '../curate-store.ts';
import { DraftNote } from './draft-note.tsx';
import { FlagList } from './flag-list.tsx';
import { HistoryList } from './history-list.tsx';
import { ProvenanceList } from './provenance-list.tsx';
import { reviewSelected } from '../review-actions.ts';
import { statusTones } from '../status-text.ts';

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
          <DraftNote sample={sample} />
          <FlagList flags={sample.flags} />
          <Conversation messages={sample.messages} />
          <ProvenanceList sample={sample} />
          <HistoryList sampleId={sample.id} />
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
      <span className="spacer" />
      <Button
        icon={<Check size={14} />}
        shortcut="a"
        aria-pressed={sample.status === 'accepted'}
        onClick={() => reviewSelected('accept')}
      >
        Accept
      </Button>
      <Button
        icon={<X size={14} />}
        shortcut="x"
        aria-pressed={sample.status === 'rejected'}
        onClick={() => reviewSelected('reject')}
      >
        Reject
      </Button>
      <Button
        icon={<RotateCcw size={14} />}
        shortcut="r"
        disabled={sample.status === 'pending'}
        onClick={() => reviewSelected('reset')}
      >
        Reset
      </Button>
      <Button icon={<Pencil size={14} />} shortcut="e" onClick={() => edit(sample.id)}>
        Edit
      </Button>
    </header>
  );
}
