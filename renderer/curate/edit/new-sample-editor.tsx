import { rpc } from '../../rpc/client.ts';
import { useAction } from '../../rpc/use-action.ts';
import { useQuery } from '../../rpc/use-query.ts';
import { showToast } from '../../ui/feedback/toast.tsx';
import { edit, retain, selectSample } from '../curate-store.ts';
import { emptyMessages, isChanged } from './drafts.ts';
import { newDraftKey, setDraft, useDraft } from './drafts-store.ts';
import { EditorFrame } from './editor-frame.tsx';

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
