import { useEffect, useState } from 'react';
import type { ChatState, Conversation } from '../../shared/contract/chat.ts';
import { ofPanes, paneIds, type PaneId } from '../../shared/domain/chat/chat-pane.ts';
import { rpc } from '../rpc/client.ts';
import { useQuery, type QueryResult } from '../rpc/use-query.ts';
import { showErrorToast, showToast } from '../ui/feedback/toast.tsx';
import { templatesByHash, type AvailableModels } from '../ui/systems/systems.ts';
import {
  clearPanes,
  resetChat,
  showConversation,
  useChat,
  type ChatTabState,
} from './chat-store.ts';
import { isRunning, storedTurn, unansweredPrompt } from './chat-turns.ts';
import { stopAnswers } from './send-turn.ts';

interface LeftBehind {
  project: string;
  state: ChatState | null;
  conversation: Conversation | null;
}

/** Brings back what was left in the tab when it opens, and keeps it from then on. */
export function useKeptChat(): QueryResult<LeftBehind> {
  // A name of its own for each opening: what another project left is never answered from the cache.
  const [opening] = useState(() => crypto.randomUUID());
  const leftBehind = useQuery(['chat.state', opening], askLeftBehind, []);
  useEffect(() => {
    if (leftBehind.data && useChat.getState().project === null) bringBack(leftBehind.data);
  }, [leftBehind.data]);
  useEffect(() => {
    const keeper = keepChanges();
    return () => {
      stopAnswers();
      keeper.end();
      resetChat();
    };
  }, []);
  return leftBehind;
}

async function askLeftBehind(): Promise<LeftBehind> {
  const { project, state } = await rpc.chat.state();
  const conversation = state && (await endedConversation(state.conversationId));
  return { project, state, conversation };
}

const stopWaitMs = 6000;
const askAgainMs = 150;

/** A conversation once nothing is written into it: an answer ends some time after its window went. */
async function endedConversation(id: string): Promise<Conversation> {
  const endMs = performance.now() + stopWaitMs;
  for (;;) {
    const conversation = await rpc.chat.get({ id });
    if (conversation.answering.length === 0 || performance.now() > endMs) return conversation;
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
  }
}

function bringBack({ project, state, conversation }: LeftBehind): void {
  if (!state || !conversation) return useChat.setState({ project });
  const { systems, draft, ...rest } = state;
  const pane = (id: PaneId) => ({
    system: systems[id],
    turns: conversation.panes[id].map(storedTurn),
    editing: null,
  });
  // A prompt is kept as a draft until it is answered: here it was answered after all.
  const isAnswered = paneIds.some((id) => conversation.panes[id].at(-1)?.prompt === draft);
  const isStored = paneIds.some((id) => conversation.panes[id].length > 0);
  useChat.setState({
    ...rest,
    // One that was deleted meanwhile takes no answer any more.
    conversationId: isStored ? rest.conversationId : crypto.randomUUID(),
    project,
    panes: ofPanes(pane),
    draft: isAnswered ? '' : draft,
  });
}

const keepEveryMs = 250;

/** Tells the core what stands in the tab, at most four times a second. */
function keepChanges(): { end: () => void } {
  let kept = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = () => {
    clearTimeout(timer);
    timer = undefined;
    const { project } = useChat.getState();
    if (project === null) return;
    const state = stateToKeep(useChat.getState());
    const text = JSON.stringify(state);
    if (text === kept) return;
    kept = text;
    rpc.chat.saveState({ project, state }).catch(() => {
      // Tried again with the next change: nothing of the conversation depends on it.
      kept = '';
    });
  };
  const unsubscribe = useChat.subscribe(() => {
    timer ??= setTimeout(keep, keepEveryMs);
  });
  window.addEventListener('pagehide', keep);
  return {
    end: () => {
      unsubscribe();
      window.removeEventListener('pagehide', keep);
      keep();
    },
  };
}

function stateToKeep(chat: ChatTabState): ChatState {
  const { conversationId, panes, paneCount, draft, systemPrompt, target, sampling } = chat;
  const unanswered = paneIds.map((id) => unansweredPrompt(panes[id].turns)).find(Boolean) ?? '';
  return {
    conversationId,
    draft: draft === '' ? unanswered : draft,
    systemPrompt,
    target,
    systems: ofPanes((id) => panes[id].system),
    paneCount,
    sampling,
  };
}

/** Opens a stored conversation in both panes. */
export async function openConversation(id: string, available: AvailableModels): Promise<void> {
  stopAnswers();
  const { project } = useChat.getState();
  useChat.setState({ opening: id });
  const isWanted = () => {
    const chat = useChat.getState();
    return chat.project === project && chat.opening === id;
  };
  try {
    const systems = paneIds.map((pane) => useChat.getState().panes[pane].system);
    const templates = await templatesByHash(available, systems);
    const conversation = await endedConversation(id);
    // Another one may have been opened, or begun, meanwhile.
    if (isWanted()) showConversation(conversation, available, templates);
  } finally {
    if (isWanted()) useChat.setState({ opening: null });
  }
}

/** Clears the panes where the conversation that was deleted stands in them. */
export function leaveDeleted(id: string): void {
  if (useChat.getState().conversationId !== id) return;
  stopAnswers();
  clearPanes();
}

/** Begins a new conversation in both panes, with a way back to the one that stood there. */
export function newConversation(available: AvailableModels): void {
  const { project, conversationId, panes } = useChat.getState();
  if (paneIds.every((id) => panes[id].turns.length === 0)) return;
  const wasRunning = paneIds.some((id) => isRunning(panes[id].turns));
  stopAnswers();
  clearPanes();
  const goBack = () => {
    if (useChat.getState().project !== project) return;
    if (wasRunning) void openConversation(conversationId, available).catch(showErrorToast);
    else {
      stopAnswers();
      useChat.setState({ conversationId, panes });
    }
  };
  showToast({
    text: 'A new conversation. The one before is kept.',
    key: 'new-conversation',
    action: { label: 'Undo', run: goBack },
  });
}
