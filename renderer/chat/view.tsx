import { useEffect } from 'react';
import type { PaneId } from '../../shared/domain/chat/chat-pane.ts';
import { paneTitles } from '../../shared/text/chat/conversations.ts';
import { useProjectDefaults } from '../rpc/project.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState, QueryView } from '../ui/feedback/states.tsx';
import { showErrorToast } from '../ui/feedback/toast.tsx';
import { AddModelButton } from '../ui/models/model-buttons.tsx';
import { goToTab, useWanted } from '../ui/navigation.ts';
import { SystemPicker } from '../ui/systems/system-picker.tsx';
import { useSystems, type AvailableModels } from '../ui/systems/systems.ts';
import { ChatLog, paneColumns } from './chat-log.tsx';
import { beginSampling, changePane, compare, shownPanes, systemOf, useChat } from './chat-store.ts';
import { Composer } from './composer.tsx';
import { ConversationBar } from './conversation-bar.tsx';
import { openConversation, useKeptChat } from './keep-chat.ts';
import './chat.css';

/** The Chat tab: the same prompt to two systems beside each other. */
export default function ChatView() {
  const systems = useSystems();
  const leftBehind = useKeptChat();
  const isBroughtBack = useChat((state) => state.project !== null);
  return (
    <QueryView query={systems}>
      {(available) =>
        available.models.length === 0 ? (
          <NoModels />
        ) : (
          <QueryView query={leftBehind} loading="Opening the conversation…">
            {() => isBroughtBack && <Chat available={available} />}
          </QueryView>
        )
      }
    </QueryView>
  );
}

/** Mounted once the tab is as it was left: what is wanted from it now comes on top of that. */
function Chat({ available }: { available: AvailableModels }) {
  const defaults = useProjectDefaults().data;
  const paneCount = useChat((state) => state.paneCount);
  useEffect(() => beginSampling(defaults?.sampling?.value), [defaults]);
  useWanted('chat', (wanted) => {
    if ('conversationId' in wanted) void showWanted(wanted.conversationId, available);
    else compare(wanted.systems, wanted.prompt);
  });
  return (
    <div className="chat">
      <ConversationBar available={available} />
      <div className="chat-heads" style={{ gridTemplateColumns: paneColumns(paneCount) }}>
        {shownPanes(paneCount).map((id) => (
          <PaneHead key={id} id={id} available={available} />
        ))}
      </div>
      <ChatLog available={available} />
      <Composer available={available} />
    </div>
  );
}

/** What an address leads to; what stands there already keeps its draft and its systems. */
async function showWanted(id: string, available: AvailableModels): Promise<void> {
  try {
    if (id !== useChat.getState().conversationId) await openConversation(id, available);
  } catch (error) {
    showErrorToast(error);
  }
}

function NoModels() {
  return (
    <EmptyState
      title="No model yet"
      actions={
        <>
          <AddModelButton />
          <Button onClick={() => goToTab('train')}>Go to Train</Button>
        </>
      }
    >
      Chat needs a base model: a GGUF file on this machine. It stays where it is; the project
      remembers its path and hash. Adapters come from the Train tab.
    </EmptyState>
  );
}

/** The head of a pane: which system answers in it. */
function PaneHead({ id, available }: { id: PaneId; available: AvailableModels }) {
  const pane = useChat((state) => state.panes[id]);
  const system = systemOf(id, pane, available);
  if (!system) return null;
  return (
    <section className="chat-pane-head" aria-label={`${paneTitles[id]} pane`}>
      <SystemPicker
        label={`${paneTitles[id]} system`}
        value={system}
        available={available}
        onValue={(next) => changePane(id, { system: next })}
      />
    </section>
  );
}
