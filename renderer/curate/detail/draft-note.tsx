import type { Sample } from '../../../shared/domain/sample.ts';
import { Button } from '../../ui/button.tsx';
import { edit } from '../curate-store.ts';
import { setDraft, useHasDraft } from '../edit/drafts-store.ts';

/** Says that an unsaved edit of this sample waits. */
export function DraftNote({ sample }: { sample: Sample }) {
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
