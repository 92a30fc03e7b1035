import { Check, X } from 'lucide-react';
import { useState } from 'react';
import type { PromptSetDetails, TaggedPrompt } from '../../../shared/contract/prompts.ts';
import { usualNearness } from '../../../shared/domain/evaluate/prompt-tags.ts';
import { evidenceText, markedText } from '../../../shared/text/evaluate/prompts.ts';
import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { IconButton } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { ErrorView } from '../../ui/feedback/error-view.tsx';
import { showErrorToast, showToast } from '../../ui/feedback/toast.tsx';
import { Select } from '../../ui/inputs/inputs.tsx';
import { NumberInput } from '../../ui/inputs/number-input.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';

/** Sets tags on the prompt at a place, or takes them off. */
export type OnTag = (ordinal: number, changes: { add?: string[]; remove?: string[] }) => void;

const undoTags = () => void rpc.prompts.undoTags().catch(showErrorToast);

/** Says what became of tags, with a way back. */
export function undoableTags(text: string): void {
  showToast({ text, key: 'prompt-tags', action: { label: 'Undo', run: undoTags } });
}

/** A tag with its reason takes a line of its own. */
const behindOthers = (tags: TaggedPrompt['tags']) =>
  tags.toSorted((one, other) => Number(one.evidence !== null) - Number(other.evidence !== null));

interface PromptTagsProps {
  prompt: TaggedPrompt;
  canEdit: boolean;
  onTag: OnTag;
}

/** The tags of a prompt; a computed one with what it follows from, to be confirmed or taken off. */
export function PromptTags({ prompt: { ordinal, tags }, canEdit, onTag }: PromptTagsProps) {
  if (tags.length === 0) return null;
  return (
    <ul className="small prompt-tags" aria-label={`Tags of prompt ${ordinal + 1}`}>
      {behindOthers(tags).map(({ tag, authorKind, author, evidence }) => {
        const isComputed = authorKind !== 'human';
        return (
          <li key={tag} className="row">
            <Badge title={isComputed ? 'Computed' : `Set by ${author}`}>
              <VisibleText text={isComputed ? `${tag} (computed)` : tag} />
            </Badge>
            {canEdit && isComputed && (
              <IconButton
                small
                label={`Confirm ${tag} of prompt ${ordinal + 1}`}
                onClick={() => onTag(ordinal, { add: [tag] })}
              >
                <Check size={13} />
              </IconButton>
            )}
            {canEdit && (
              <IconButton
                small
                label={`Take ${tag} off prompt ${ordinal + 1}`}
                onClick={() => onTag(ordinal, { remove: [tag] })}
              >
                <X size={13} />
              </IconButton>
            )}
            {evidence && (
              <span className="dim">
                <VisibleText text={evidenceText(evidence)} />
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** Tags the prompts of a set that no sample of a dataset is near to. */
export function MarkOutOfDistribution({ set }: { set: PromptSetDetails }) {
  const { data: datasets = [] } = useQuery(['datasets.list'], () => rpc.datasets.list(), [
    'datasets',
  ]);
  const [chosen, setChosen] = useState('');
  const [threshold, setThreshold] = useState(usualNearness);
  const datasetId = chosen || (datasets[0]?.id ?? '');
  const marking = useAction(async () => {
    const marked = await rpc.prompts.markOutOfDistribution({ id: set.id, datasetId, threshold });
    undoableTags(`${markedText(marked)}.`);
  });
  if (datasets.length === 0) return null;
  return (
    <details className="set-marking">
      <summary>Out-of-distribution prompts</summary>
      <p className="small dim">
        A prompt is out of distribution where no sample of a dataset is near it: their questions
        share too few words, each weighed by how rare it is. By the usual threshold 14 % of LIMA’s
        test prompts are. Confirm or take off each tag below, where its nearest sample is shown.
      </p>
      <div className="set-origin">
        <Select
          label="Dataset"
          value={datasetId}
          options={datasets.map(({ id, name }) => ({ value: id, label: name }))}
          onValue={setChosen}
        />
        <NumberInput
          label="Near from a likeness of"
          value={threshold}
          onValue={(value) => setThreshold(Math.min(1, Math.max(0, value)))}
        />
        <EditButton small isBusy={marking.isRunning} onClick={() => void marking.run()}>
          Tag prompts
        </EditButton>
      </div>
      {marking.error !== undefined && <ErrorView error={marking.error} />}
    </details>
  );
}
