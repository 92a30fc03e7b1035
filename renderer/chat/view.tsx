import { useEffect } from 'react';
import { useProjectDefaults } from '../rpc/project.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState, QueryView } from '../ui/feedback/states.tsx';
import { AddModelButton } from '../ui/models/model-buttons.tsx';
import { goToTab, useWanted } from '../ui/navigation.ts';
import { useSystems } from '../ui/systems/systems.ts';
import { ChatPane } from './chat-pane.tsx';
import { beginSampling, compare, resetChat } from './chat-store.ts';
import { Composer } from './composer.tsx';
import { stopAnswers } from './send-turn.ts';
import './chat.css';

/** The Chat tab: the same prompt to two systems beside each other. */
export default function ChatView() {
  const systems = useSystems();
  const defaults = useProjectDefaults().data;
  useEffect(() => leaveProject, []);
  useEffect(() => beginSampling(defaults?.sampling?.value), [defaults]);
  useWanted('chat', ({ systems: { left, right }, prompt }) => compare({ left, right }, prompt));
  return (
    <QueryView query={systems}>
      {(available) =>
        available.models.length === 0 ? (
          <NoModels />
        ) : (
          <div className="chat">
            <div className="chat-panes">
              <ChatPane id="left" available={available} />
              <ChatPane id="right" available={available} />
            </div>
            <Composer available={available} />
          </div>
        )
      }
    </QueryView>
  );
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

/** The tab is mounted anew for each project: nothing of the last one may show through. */
function leaveProject(): void {
  stopAnswers();
  resetChat();
}
