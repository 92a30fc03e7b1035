import { History, MessageSquarePlus } from 'lucide-react';
import { useState } from 'react';
import type { ConversationSummary } from '../../shared/contract/chat.ts';
import { conversationName, conversationSystems } from '../../shared/text/chat/conversations.ts';
import { paneIds } from '../../shared/domain/chat/chat-pane.ts';
import { formatQuantity } from '../../shared/text/numbers.ts';
import { rpc } from '../rpc/client.ts';
import { useAction } from '../rpc/use-action.ts';
import { useLastData, useQuery } from '../rpc/use-query.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialogs/dialog.tsx';
import { ErrorView } from '../ui/feedback/error-view.tsx';
import { EmptyState, LoadingState } from '../ui/feedback/states.tsx';
import { formatMoment } from '../ui/format.ts';
import { Segments, TextInput } from '../ui/inputs/inputs.tsx';
import { useShortcuts } from '../ui/shortcuts.ts';
import type { AvailableModels } from '../ui/systems/systems.ts';
import { ThingLabels } from '../ui/things/thing-labels.tsx';
import { ThingRow } from '../ui/things/thing-menu.tsx';
import { useLabels } from '../ui/things/things-store.ts';
import { VisibleText } from '../ui/text/visible-text.tsx';
import { setPaneCount, useChat } from './chat-store.ts';
import { leaveDeleted, newConversation, openConversation } from './keep-chat.ts';

const newKeys = 'Mod+Shift+O';

/** Which conversation is shown, the way to earlier ones, and to a new one for both panes. */
export function ConversationBar({ available }: { available: AvailableModels }) {
  const panes = useChat((state) => state.panes);
  const paneCount = useChat((state) => state.paneCount);
  const { name } = useLabels('conversation')(useChat((state) => state.conversationId));
  const [isListed, setIsListed] = useState(false);
  const begun = paneIds.flatMap((id) => panes[id].turns[0] ?? []);
  const isEmpty = begun.length === 0;
  const title = name ?? begun[0]?.prompt;
  const begin = () => newConversation(available);
  useShortcuts([
    {
      keys: [newKeys],
      whileTyping: true,
      group: 'Chat',
      label: 'New conversation in all panes',
      run: begin,
      isDisabled: isEmpty,
    },
    { keys: [], group: 'Chat', label: 'Earlier conversations…', run: () => setIsListed(true) },
  ]);
  return (
    <div className="chat-bar">
      <span className="chat-title truncate" title={title}>
        {title === undefined ? (
          <span className="dim">New conversation</span>
        ) : (
          <VisibleText text={title} />
        )}
      </span>
      <span className="spacer" />
      <span className="row small" role="group" aria-label="How many panes">
        Panes
        <Segments
          label="Panes"
          value={String(paneCount)}
          options={paneIds.map((_, index) => ({
            value: String(index + 1),
            label: String(index + 1),
          }))}
          onValue={(count) => setPaneCount(Number(count))}
        />
      </span>
      <Button small icon={<History size={13} />} onClick={() => setIsListed(true)}>
        Conversations
      </Button>
      <Button
        small
        icon={<MessageSquarePlus size={13} />}
        shortcut={newKeys}
        disabled={isEmpty}
        onClick={begin}
      >
        New conversation
      </Button>
      {isListed && <ConversationsDialog available={available} onClose={() => setIsListed(false)} />}
    </div>
  );
}

interface ConversationsDialogProps {
  available: AvailableModels;
  onClose: () => void;
}

const listedAtOnce = 100;

/** Every stored conversation, the last answered first. */
function ConversationsDialog({ available, onClose }: ConversationsDialogProps) {
  const [query, setQuery] = useState('');
  const [limit, setLimit] = useState(listedAtOnce);
  const input = { query: query.trim(), limit };
  const list = useQuery(['chat.list', input], ({ signal }) => rpc.chat.list(input, { signal }), [
    'chats',
    'labels',
  ]);
  const found = useLastData(list.data);
  const opening = useAction(async (id: string) => {
    await openConversation(id, available);
    onClose();
  });
  return (
    <Dialog title="Conversations" isWide onClose={onClose}>
      <TextInput
        type="search"
        label="Search prompts and answers"
        value={query}
        onValue={setQuery}
        data-autofocus
      />
      {list.error !== undefined && <ErrorView error={list.error} onRetry={list.refetch} />}
      {opening.error !== undefined && <ErrorView error={opening.error} />}
      {found === undefined ? (
        list.error === undefined && <LoadingState />
      ) : (
        <FoundConversations
          conversations={found.conversations}
          total={found.total}
          isSearch={input.query !== ''}
          onOpen={(id) => void opening.run(id)}
          onMore={() => setLimit(limit * 4)}
        />
      )}
    </Dialog>
  );
}

interface FoundConversationsProps {
  conversations: readonly ConversationSummary[];
  total: number;
  isSearch: boolean;
  onOpen: (id: string) => void;
  onMore: () => void;
}

function FoundConversations(props: FoundConversationsProps) {
  const { conversations, total, isSearch, onOpen, onMore } = props;
  const shown = useChat((state) => state.conversationId);
  if (total === 0)
    return isSearch ? (
      <EmptyState title="Nothing found">
        No prompt, answer or name holds all these words.
      </EmptyState>
    ) : (
      <EmptyState title="No conversation yet">
        Each answer is stored in the project as it ends; conversations are listed here.
      </EmptyState>
    );
  return (
    <>
      <p className="dim small" role="status">
        {formatQuantity(total, 'conversation')}
      </p>
      <ul className="conversation-list" aria-label="Conversations">
        {conversations.map((each) => (
          <ConversationRow
            key={each.id}
            conversation={each}
            isShown={each.id === shown}
            onOpen={() => onOpen(each.id)}
          />
        ))}
      </ul>
      {conversations.length < total && <Button onClick={onMore}>Show more</Button>}
    </>
  );
}

interface ConversationRowProps {
  conversation: ConversationSummary;
  isShown: boolean;
  onOpen: () => void;
}

function ConversationRow({ conversation, isShown, onOpen }: ConversationRowProps) {
  const { id, name, opening, changedMs, answers } = conversation;
  const labels = useLabels('conversation')(id);
  const target = {
    thing: 'conversation',
    id,
    name: conversationName(conversation),
    onDeleted: () => leaveDeleted(id),
  } as const;
  return (
    <ThingRow target={target}>
      <button
        type="button"
        className="conversation"
        aria-current={isShown || undefined}
        onClick={onOpen}
      >
        <span className="conversation-name truncate">
          <VisibleText text={name ?? opening} />
        </span>
        <span className="dim small truncate">
          {formatMoment(changedMs)} · {formatQuantity(answers, 'answer')} ·{' '}
          <VisibleText text={conversationSystems(conversation)} />
        </span>
        <ThingLabels labels={labels} />
      </button>
    </ThingRow>
  );
}
