import { create } from 'zustand';
import type { Conversation } from '../../shared/contract/chat.ts';
import { ofPanes, paneIds, type PaneId } from '../../shared/domain/chat/chat-pane.ts';
import type { Sampling, SystemSpec } from '../../shared/domain/identity.ts';
import { limaSampling } from '../ui/systems/sampling.ts';
import {
  baseOf,
  isSameSystem,
  newestSystem,
  systemOfIdentity,
  type AvailableModels,
} from '../ui/systems/systems.ts';
import { storedTurn, type Turn } from './chat-turns.ts';

/** Who gets the next prompt: one pane, or all that are shown. */
export type Target = PaneId | 'both';

/** One side of the conversation; `system` is `null` until the person or the first prompt settles it. */
export interface PaneState {
  system: SystemSpec | null;
  turns: readonly Turn[];
  /** The turn whose prompt is open for editing. */
  editing: string | null;
}

/** What the Chat tab shows and keeps. */
export interface ChatTabState {
  /** The project that it belongs to; `null` until what was left there is known. */
  project: string | null;
  conversationId: string;
  /** A stored conversation on its way into the panes. */
  opening: string | null;
  panes: Record<PaneId, PaneState>;
  draft: string;
  /** What stands before the conversation in the next question; empty for none. */
  systemPrompt: string;
  target: Target;
  /** How many panes are shown, from the left. */
  paneCount: number;
  sampling: Sampling;
  /** The sampling that nobody chose: as long as it stands, it follows the project's. */
  begunWith: Sampling;
}

const emptyPane = (): PaneState => ({ system: null, turns: [], editing: null });

const initialState = (): ChatTabState => ({
  project: null,
  conversationId: crypto.randomUUID(),
  opening: null,
  panes: ofPanes(emptyPane),
  draft: '',
  systemPrompt: '',
  target: 'both',
  paneCount: 2,
  sampling: limaSampling,
  begunWith: limaSampling,
});

/** UI state of the Chat tab. */
export const useChat = create<ChatTabState>(initialState);

/** The stored conversation that is shown or about to be; null while nothing is stored of it. */
export function shownConversation({ opening, conversationId, panes }: ChatTabState): string | null {
  if (opening !== null) return opening;
  const isStored = paneIds.some((id) => panes[id].turns.some(({ answer }) => answer.answer));
  return isStored ? conversationId : null;
}

/** Changes one pane. */
export function changePane(id: PaneId, change: Partial<PaneState>): void {
  useChat.setState(({ panes }) => ({ panes: { ...panes, [id]: { ...panes[id], ...change } } }));
}

/** Begins a new conversation in both panes, with the same systems. */
export function clearPanes(): void {
  const { panes } = useChat.getState();
  useChat.setState({
    conversationId: crypto.randomUUID(),
    opening: null,
    panes: ofPanes((id) => ({ ...emptyPane(), system: panes[id].system })),
  });
}

/** Shows a stored conversation, with the systems and the sampling of its last answers. */
export function showConversation(
  conversation: Conversation,
  available: AvailableModels,
  templates: ReadonlyMap<string, string>,
): void {
  const { panes, paneCount } = useChat.getState();
  const used = paneIds.findLastIndex((id) => conversation.panes[id].length > 0) + 1;
  const last = paneIds
    .map((id) => conversation.panes[id].at(-1))
    .findLast((turn) => turn?.identity != null);
  const pane = (id: PaneId): PaneState => {
    const turns = conversation.panes[id];
    const identity = turns.at(-1)?.identity;
    const system = identity ? systemOfIdentity(identity, available, templates) : undefined;
    return { system: system ?? panes[id].system, turns: turns.map(storedTurn), editing: null };
  };
  useChat.setState({
    conversationId: conversation.id,
    opening: null,
    paneCount: Math.max(paneCount, used),
    panes: ofPanes(pane),
    ...(last?.identity && {
      sampling: last.identity.sampling,
      systemPrompt: last.systemPrompt,
    }),
  });
}

/** Answers are drawn as the project says, until a person says otherwise. */
export function beginSampling(sampling: Sampling | undefined): void {
  const { begunWith, sampling: current } = useChat.getState();
  const wanted = sampling ?? limaSampling;
  if (current === begunWith) useChat.setState({ sampling: wanted, begunWith: wanted });
}

/**
 * Puts two systems beside each other with a prompt to send. A prompt that is being written stays;
 * where a system changes, a new conversation begins in both panes.
 */
export function compare(systems: Record<'left' | 'right', SystemSpec>, prompt: string): void {
  const { panes, draft, paneCount } = useChat.getState();
  const compared = ['left', 'right'] as const;
  const isOther = compared.some((id) => {
    const { system, turns } = panes[id];
    return turns.length > 0 && system !== null && !isSameSystem(system, systems[id]);
  });
  if (isOther) clearPanes();
  for (const id of compared) changePane(id, { system: systems[id] });
  useChat.setState({
    paneCount: Math.max(paneCount, compared.length),
    target: 'both',
    draft: draft.trim() === '' ? prompt : draft,
  });
}

/** Forgets everything: the tab belongs to one project. */
export function resetChat(): void {
  useChat.setState(initialState());
}

/** The panes that are shown. */
export const shownPanes = (paneCount: number): readonly PaneId[] => paneIds.slice(0, paneCount);

/** The panes a target means: one that is no more shown means all. */
export function panesOf(target: Target, paneCount: number): readonly PaneId[] {
  const shown = shownPanes(paneCount);
  return target !== 'both' && shown.includes(target) ? [target] : shown;
}

/** Shows so many panes; what was said in one that goes is kept with the conversation. */
export function setPaneCount(paneCount: number): void {
  useChat.setState({ paneCount });
}

/** The system of a pane: the chosen one, else the newest adapter, on the left its base. */
export function systemOf(
  id: PaneId,
  pane: PaneState,
  available: AvailableModels,
): SystemSpec | null {
  if (pane.system) return pane.system;
  const newest = newestSystem(available);
  return newest && id === 'left' ? baseOf(newest) : newest;
}
