import type { Message } from '../../../shared/domain/message.ts';
import { rpc } from '../../rpc/client.ts';
import { confirmAction } from '../../ui/dialogs/dialog.tsx';
import { showErrorToast } from '../../ui/feedback/toast.tsx';
import { edit } from '../curate-store.ts';
import { isChanged, newDraftKey, setDraft, useDrafts } from './drafts.ts';

/**
 * Opens the editor of a new sample with the turns of a prompt and an empty answer. A new sample
 * that was begun before and is not saved is thrown away only when the person says so.
 */
export async function beginSample(prompt: readonly Message[]): Promise<void> {
  try {
    const project = await rpc.project.current();
    const key = newDraftKey(project?.path ?? '');
    const messages = draftOf(prompt);
    const begun = useDrafts.getState().drafts[key];
    if (!begun || (isOther(begun.messages, messages) && (await mayReplace())))
      setDraft(key, { baseVersionId: null, messages });
    edit('new');
  } catch (error) {
    showErrorToast(error);
  }
}

/** The turns of a prompt with an empty answer; what is no part of a sample is left behind. */
function draftOf(prompt: readonly Message[]): Message[] {
  const turns = prompt.map(({ role, content }) => ({ role, content }));
  return turns.at(-1)?.role === 'assistant'
    ? turns
    : [...turns, { role: 'assistant', content: '' }];
}

/** False of an answer that was begun to the very same prompt. */
const isOther = (begun: readonly Message[], messages: readonly Message[]) =>
  begun.length < messages.length ||
  isChanged(begun.slice(0, messages.length - 1), messages.slice(0, -1));

const mayReplace = () =>
  confirmAction({
    title: 'Throw away the new sample that was begun?',
    body: 'A new sample is open that is not saved yet. Beginning another one throws it away.',
    confirmLabel: 'Throw it away',
    isDangerous: true,
  });
