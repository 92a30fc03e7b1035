import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';
import type { Draft } from './drafts.ts';

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
