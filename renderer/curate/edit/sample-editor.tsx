import { useEffect, useState } from 'react';
import type { Message } from '../../../shared/domain/message.ts';
import type { Flag, Sample } from '../../../shared/domain/sample.ts';
import { measureText } from '../../../shared/flags/sample-flags.ts';
import { rpc } from '../../rpc/client.ts';
import { hasErrorCode } from '../../rpc/rpc-error.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useLastData, useQuery } from '../../rpc/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { showToast } from '../../ui/feedback/toast.tsx';
import { edit, retain, selectSample } from '../curate-store.ts';
import { FlagList } from '../flag-list.tsx';
import { setDraft, useDraft, isChanged, newDraftKey, emptyMessages } from './drafts.ts';
import { EditorFrame } from './editor-frame.tsx';

const pauseMs = 200;

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
    // Other words may have other flags: under a filter it stays in its place all the same.
    retain(sample.seq);
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
      flags={<DraftFlags sample={sample} messages={messages} />}
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

/** What the rules find in the words as they are being written, shortly after each pause. */
function DraftFlags({ sample, messages }: { sample: Sample; messages: readonly Message[] }) {
  const measured = useSettled(messages);
  const query = useQuery(
    ['samples.flags', sample.versionId, measured],
    (context) =>
      rpc.samples.flags({ id: sample.id, messages: [...measured] }, { signal: context.signal }),
    ['samples'],
  );
  const flags = useLastData(query.data) ?? sample.flags;
  return <FlagSection flags={flags} isBusy={measured !== messages || query.isLoading} />;
}

/** The same of a sample that is new: of its words alone, once there is something of an answer. */
function NewDraftFlags({ messages }: { messages: readonly Message[] }) {
  const measured = useSettled(messages);
  if (!measured.some(({ role, content }) => role === 'assistant' && content.trim() !== ''))
    return null;
  return <FlagSection flags={measureText(measured)} isBusy={measured !== messages} />;
}

function FlagSection({ flags, isBusy }: { flags: readonly Flag[]; isBusy: boolean }) {
  return (
    <section className="editor-flags" aria-label="Flags of the draft" aria-busy={isBusy}>
      <FlagList flags={flags} />
      {flags.length === 0 && <p className="dim small">No flags.</p>}
    </section>
  );
}

/** The value once it has not changed for a moment, so that typing asks the core seldom. */
function useSettled(messages: readonly Message[]): readonly Message[] {
  const [settled, setSettled] = useState(messages);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(messages), pauseMs);
    return () => clearTimeout(timer);
  }, [messages]);
  return settled;
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
      flags={<NewDraftFlags messages={messages} />}
    />
  );
}
