import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';
import type { Message, Role } from '../../../shared/domain/message.ts';

/** An edit that is not saved yet, and the version it started from (`null` for a new sample). */
interface Draft {
  baseVersionId: string | null;
  messages: readonly Message[];
}

/** A conversation with nothing written yet. */
export const emptyMessages: readonly Message[] = [
  { role: 'user', content: '' },
  { role: 'assistant', content: '' },
];

/** True when saving the draft would change something. */
export function isChanged(draft: readonly Message[], original: readonly Message[]): boolean {
  if (draft.length !== original.length) return true;
  return draft.some((message, index) => {
    const other = original[index];
    return (
      message.role !== other?.role ||
      message.content !== other.content ||
      (message.weight ?? 1) !== (other.weight ?? 1)
    );
  });
}

/** Replaces the turn at `index` by a changed copy. */
export function changeTurn(
  messages: readonly Message[],
  index: number,
  change: Partial<Message>,
): Message[] {
  return messages.map((message, at) => (at === index ? { ...message, ...change } : message));
}

/** Takes the turn at `index` out. */
export function removeTurn(messages: readonly Message[], index: number): Message[] {
  return messages.toSpliced(index, 1);
}

/** Moves the turn at `index` one place up (-1) or down (1); at the ends nothing moves. */
export function moveTurn(messages: readonly Message[], index: number, by: -1 | 1): Message[] {
  const moved = messages[index];
  const target = index + by;
  if (!moved || target < 0 || target >= messages.length) return [...messages];
  return messages.toSpliced(index, 1).toSpliced(target, 0, moved);
}

/** Appends an empty turn of whoever speaks next. */
export function appendTurn(messages: readonly Message[]): Message[] {
  const role: Role = messages.at(-1)?.role === 'user' ? 'assistant' : 'user';
  return [...messages, { role, content: '' }];
}

/** Puts an empty system message first; there is at most one. */
export function addSystemMessage(messages: readonly Message[]): Message[] {
  if (messages[0]?.role === 'system') return [...messages];
  return [{ role: 'system', content: '' }, ...messages];
}

/** Characters of a conversation as a person counts them: code points, not UTF-16 units. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

interface Drafts {
  drafts: Readonly<Record<string, Draft>>;
}

/** Unsaved edits by sample id; they survive a reload and a crash of the window. */
export const useDrafts = create<Drafts>()(
  persist(() => ({ drafts: {} }), {
    name: 'lima.drafts',
    storage: createJSONStorage(() => localStorage),
  }),
);

/** Key of the draft of a sample that does not exist yet, one per project. */
export function newDraftKey(projectPath: string): string {
  return `new:${projectPath}`;
}

/** Stores a draft; `undefined` throws it away. */
export function setDraft(key: string, draft: Draft | undefined): void {
  useDrafts.setState(({ drafts }) => {
    const { [key]: _, ...others } = drafts;
    return { drafts: draft === undefined ? others : { ...others, [key]: draft } };
  });
}

/** The draft under the key, live. */
export function useDraft(key: string): Draft | undefined {
  return useDrafts((state) => state.drafts[key]);
}

/** Whether there is an unsaved edit under the key, live. */
export function useHasDraft(key: string): boolean {
  return useDrafts((state) => key in state.drafts);
}
