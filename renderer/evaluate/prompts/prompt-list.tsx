import { ArrowDown, ArrowUp, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { PromptSetDetails, TaggedPrompt } from '../../../shared/contract/prompts.ts';
import { isDialogue, turnsOf } from '../../../shared/domain/evaluate/dialogue.ts';
import type { EditedPrompt, PromptChange } from '../../../shared/domain/evaluate/prompt-edit.ts';
import { rpc } from '../../rpc/client.ts';
import { useReadOnlyNotice } from '../../rpc/project.ts';
import { IconButton } from '../../ui/button.tsx';
import { EditButton } from '../../ui/edit-button.tsx';
import { Badge } from '../../ui/feedback/badge.tsx';
import { showErrorToast, showToast } from '../../ui/feedback/toast.tsx';
import { VisibleText } from '../../ui/text/visible-text.tsx';
import { showEvaluate } from '../evaluate-store.ts';
import { PromptText } from '../prompt-text.tsx';
import { PromptDialog } from './prompt-dialog.tsx';
import { PromptTags, undoableTags, type OnTag } from './prompt-tags.tsx';

interface PromptListProps {
  set: PromptSetDetails;
  prompts: readonly TaggedPrompt[];
  /** An earlier version is only looked at. */
  isNewest: boolean;
}

/** Stores a change as the next version and shows that, with a way back. */
async function change(set: PromptSetDetails, wanted: PromptChange, text: string): Promise<void> {
  const edited = await rpc.prompts.edit({ id: set.id, changes: [wanted] });
  showEvaluate({ kind: 'prompts', id: edited.id });
  if (edited.id === set.id) return;
  showToast({
    text,
    key: 'prompt-edit',
    action: { label: 'Undo', run: () => void undo(edited.id) },
  });
}

async function undo(id: string): Promise<void> {
  try {
    const before = await rpc.prompts.undoEdit({ id });
    showEvaluate({ kind: 'prompts', id: before.id });
  } catch (error) {
    showErrorToast(error);
  }
}

/** The prompts of a set, each with what can be done to it. */
export function PromptList({ set, prompts, isNewest }: PromptListProps) {
  const [edited, setEdited] = useState<TaggedPrompt | 'new' | null>(null);
  const canEdit = useReadOnlyNotice() === null && isNewest;
  const quietly = (wanted: PromptChange, text: string) => {
    change(set, wanted, text).catch(showErrorToast);
  };
  const tag: OnTag = (ordinal, changes) => {
    const wanted = { id: set.id, ordinals: [ordinal], add: [], remove: [], ...changes };
    void rpc.prompts.tag(wanted).then(() => undoableTags('Tag changed.'), showErrorToast);
  };
  const save = (prompt: EditedPrompt) =>
    edited === null || edited === 'new'
      ? change(set, { do: 'add', prompt }, 'Prompt added.')
      : change(set, { do: 'replace', ordinal: edited.ordinal, prompt }, 'Prompt changed.');
  return (
    <>
      <ol className="prompt-list" aria-label="Prompts">
        {prompts.map((prompt) => (
          <PromptRow
            key={prompt.id}
            prompt={prompt}
            last={set.prompts - 1}
            canEdit={canEdit}
            onEdit={() => setEdited(prompt)}
            onChange={quietly}
            onTag={tag}
          />
        ))}
      </ol>
      {canEdit && (
        <div className="row">
          <EditButton icon={<Plus size={14} />} onClick={() => setEdited('new')}>
            Add a prompt…
          </EditButton>
        </div>
      )}
      {edited !== null && (
        <PromptDialog
          prompt={edited === 'new' ? null : edited}
          save={save}
          onClose={() => setEdited(null)}
        />
      )}
    </>
  );
}

interface PromptRowProps {
  prompt: TaggedPrompt;
  /** The last place of the set. */
  last: number;
  canEdit: boolean;
  onEdit: () => void;
  onChange: (change: PromptChange, text: string) => void;
  onTag: OnTag;
}

function PromptRow({ prompt, last, canEdit, onEdit, onChange, onTag }: PromptRowProps) {
  const { ordinal, messages, expected, license, source } = prompt;
  const number = ordinal + 1;
  const move = (to: number) => onChange({ do: 'move', ordinal, to }, `Prompt moved to ${to + 1}.`);
  return (
    <li className="prompt-row">
      <span className="faint prompt-ordinal">{number}</span>
      <div className="prompt-body">
        <PromptText messages={messages} />
        {isDialogue(messages) && (
          <p className="small dim row">
            <Badge>dialogue</Badge> {turnsOf(messages)} user turns, asked one after another
          </p>
        )}
        <PromptTags prompt={prompt} canEdit={canEdit} onTag={onTag} />
        {expected !== null && (
          <p className="small dim row">
            <Badge>expected</Badge>
            <VisibleText text={expected} />
          </p>
        )}
        {(license !== '' || source !== '') && (
          <p className="small faint">
            <VisibleText text={[source, license].filter((text) => text !== '').join(' · ')} />
          </p>
        )}
      </div>
      {canEdit && (
        <span className="row prompt-actions">
          <IconButton small label={`Edit prompt ${number}`} onClick={onEdit}>
            <Pencil size={14} />
          </IconButton>
          <IconButton
            small
            label={`Move prompt ${number} up`}
            disabled={ordinal === 0}
            onClick={() => move(ordinal - 1)}
          >
            <ArrowUp size={14} />
          </IconButton>
          <IconButton
            small
            label={`Move prompt ${number} down`}
            disabled={ordinal === last}
            onClick={() => move(ordinal + 1)}
          >
            <ArrowDown size={14} />
          </IconButton>
          <IconButton
            small
            label={`Delete prompt ${number}`}
            disabled={last === 0}
            onClick={() => onChange({ do: 'delete', ordinals: [ordinal] }, 'Prompt deleted.')}
          >
            <Trash2 size={14} />
          </IconButton>
        </span>
      )}
    </li>
  );
}
