import { create } from 'zustand';
import type { Sampling, SystemSpec } from '../../shared/domain/identity.ts';
import { limaSampling } from '../ui/systems/sampling.ts';
import { baseOf, isSameSystem, newestSystem, type AvailableModels } from '../ui/systems/systems.ts';
import type { Turn } from './chat-turns.ts';

/** The two conversations beside each other. */
export type PaneId = 'left' | 'right';

/** Who gets the next prompt. */
export type Target = PaneId | 'both';

/** One conversation; `system` is `null` until the person or the first prompt settles it. */
interface PaneState {
  conversationId: string;
  system: SystemSpec | null;
  turns: readonly Turn[];
  /** The last prompt is open for editing. */
  isEditing: boolean;
}

interface ChatState {
  panes: Record<PaneId, PaneState>;
  draft: string;
  target: Target;
  sampling: Sampling;
  /** The sampling that nobody chose: as long as it stands, it follows the project's. */
  begunWith: Sampling;
}

const emptyPane = (): PaneState => ({
  conversationId: crypto.randomUUID(),
  system: null,
  turns: [],
  isEditing: false,
});

const initialState = (): ChatState => ({
  panes: { left: emptyPane(), right: emptyPane() },
  draft: '',
  target: 'both',
  sampling: limaSampling,
  begunWith: limaSampling,
});

/** UI state of the Chat tab. */
export const useChat = create<ChatState>(initialState);

/** Changes one pane. */
export function changePane(id: PaneId, change: Partial<PaneState>): void {
  useChat.setState(({ panes }) => ({ panes: { ...panes, [id]: { ...panes[id], ...change } } }));
}

/** Begins a new conversation with the same system. */
export function clearPane(id: PaneId): void {
  const { system } = useChat.getState().panes[id];
  changePane(id, { ...emptyPane(), system });
}

/** Answers are drawn as the project says, until a person says otherwise. */
export function beginSampling(sampling: Sampling | undefined): void {
  const { begunWith, sampling: current } = useChat.getState();
  const wanted = sampling ?? limaSampling;
  if (current === begunWith) useChat.setState({ sampling: wanted, begunWith: wanted });
}

/**
 * Puts two systems beside each other with a prompt to send. A prompt that is being written stays;
 * a pane that changes its system begins a new conversation.
 */
export function compare(systems: Record<PaneId, SystemSpec>, prompt: string): void {
  const { panes, draft } = useChat.getState();
  for (const id of ['left', 'right'] as const) {
    const { system, turns } = panes[id];
    const isOther = system !== null && !isSameSystem(system, systems[id]);
    changePane(id, { ...(isOther && turns.length > 0 && emptyPane()), system: systems[id] });
  }
  useChat.setState({ target: 'both', draft: draft.trim() === '' ? prompt : draft });
}

/** Forgets everything: the tab belongs to one project. */
export function resetChat(): void {
  useChat.setState(initialState());
}

/** The panes a target means. */
export function panesOf(target: Target): readonly PaneId[] {
  return target === 'both' ? ['left', 'right'] : [target];
}

/** The system of a pane: the chosen one, else the newest adapter on the right, its base on the left. */
export function systemOf(
  id: PaneId,
  pane: PaneState,
  available: AvailableModels,
): SystemSpec | null {
  if (pane.system) return pane.system;
  const newest = newestSystem(available);
  return newest && id === 'left' ? baseOf(newest) : newest;
}
