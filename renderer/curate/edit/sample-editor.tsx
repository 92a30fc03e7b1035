import type { Message } from '../../../shared/domain/message.ts';
import type { Sample } from '../../../shared/domain/sample.ts';
import { rpc } from '../../rpc/client.ts';
import { hasErrorCode } from '../../rpc/rpc-error.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { showToast } from '../../ui/feedback/toast.tsx';
import { edit, retain, selectSample } from '../curate-store.ts';
import { setDraft, useDraft, isChanged, newDraftKey, emptyMessages } from './drafts.ts';
import { EditorFrame } from './editor-frame.tsx';

/** Edits a sample: saving stores a new version, the earlier ones stay. */
export function SampleEditor({ sample }: { sample: Sample }) {
  const draft = useDraft(sample.id);
  const messages = draft?.messages ?? sample.messages;
  const baseVersionId = draft?.baseVersionId ?? sample.versionId;
  const isOutdated = baseVersionId !== sample.versionId;
  const change = (next: readonly Message[]) => {
    const hasChanged = isOutdated || isChanged(next, sample.messages);
    setDraft(sample.id, hasChanged ? { baseVersionId, messages: next } : undefined);
  };
  const save = useAction(async () => {
    const saved = await rpc.samples.edit({ id: sample.id, baseVersionId, messages: [...messages] });
    setDraft(sample.id, undefined);
    edit(null);
    showToast({ text: `Saved as version ${saved.versionOrdinal}.`, tone: 'good' });
  });
  return (
    <EditorFrame
      title={`Edit #${sample.seq}`}
      messages={messages}
      onMessages={change}
      isChanged={draft !== undefined}
      onDiscard={() => {
        setDraft(sample.id, undefined);
        save.clearError();
      }}
      isOutdated={isOutdated}
      save={
        isOutdated && hasErrorCode(save.error, 'INVALID_STATE')
          ? { ...save, error: undefined }
          : save
      }
      notice={
        isOutdated && (
          <Outdated
            onKeep={() => {
              setDraft(sample.id, { baseVersionId: sample.versionId, messages });
              save.clearError();
            }}
          />
        )
      }
    />
  );
}

function Outdated({ onKeep }: { onKeep: () => void }) {
  return (
    <div className="note note-warn editor-note" role="alert">
      <span className="spacer">
        This sample was changed after your draft began. Leave the editor to read the newest version;
        your draft stays.
      </span>
      <Button small onClick={onKeep}>
        Put my draft on top of it
      </Button>
    </div>
  );
}

/** Writes a sample by hand; its source is "manual". */
export function NewSampleEditor() {
  const project = useQuery(['project.current'], () => rpc.project.current(), ['project']);
  const key = newDraftKey(project.data?.path ?? '');
  const draft = useDraft(key);
  const messages = draft?.messages ?? emptyMessages;
  const create = useAction(async () => {
    const sample = await rpc.samples.create({ messages: [...messages], source: 'manual' });
    setDraft(key, undefined);
    retain(sample.seq);
    selectSample(sample.seq);
    edit(null);
    showToast({ text: `Added sample #${sample.seq}.`, tone: 'good' });
  });
  return (
    <EditorFrame
      title="New sample"
      messages={messages}
      onMessages={(next) =>
        setDraft(
          key,
          isChanged(next, emptyMessages) ? { baseVersionId: null, messages: next } : undefined,
        )
      }
      isChanged={draft !== undefined}
      onDiscard={() => setDraft(key, undefined)}
      save={create}
    />
  );
}
