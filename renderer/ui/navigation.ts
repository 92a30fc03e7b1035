import { useEffect } from 'react';
import { create } from 'zustand';
import type { SystemSpec } from '../../shared/domain/identity.ts';
import type { Message } from '../../shared/domain/message.ts';

/** The tabs of the workbench, in the order of the pipeline. */
export type TabId = 'curate' | 'train' | 'chat' | 'evaluate';

/** What an evaluation is asked to compare; what is left out the form decides. */
export interface WantedEvaluation {
  a: SystemSpec;
  b: SystemSpec;
  /** Dialogues are asked, where the project has any. */
  asksDialogues?: boolean;
}

/** Something that another tab, or the shell, wants a tab to show. */
export type Wanted =
  | { tab: 'curate'; sampleId: string; isEdited?: boolean }
  /** A new sample that begins with a prompt. */
  | { tab: 'curate'; prompt: readonly Message[] }
  | { tab: 'train'; runId: string }
  | { tab: 'train'; form: { datasetId: string | null } }
  | { tab: 'chat'; conversationId: string }
  | { tab: 'chat'; systems: { left: SystemSpec; right: SystemSpec }; prompt: string }
  | { tab: 'evaluate'; evaluationId: string }
  | { tab: 'evaluate'; studyId: string }
  | { tab: 'evaluate'; form: WantedEvaluation | null };

interface Navigation {
  tab: TabId;
  /** What a tab is to show, until it does. */
  wanted: Wanted | null;
}

/** Which tab is shown. */
export const useNavigation = create<Navigation>(() => ({ tab: 'curate', wanted: null }));

/** Shows a tab, from anywhere. */
export function goToTab(tab: TabId): void {
  useNavigation.setState({ tab });
}

/** Shows something in its tab, from anywhere. */
export function goTo(wanted: Wanted): void {
  useNavigation.setState({ tab: wanted.tab, wanted });
}

/** Shows a sample in Curate, from anywhere. */
export function showSample(sampleId: string): void {
  goTo({ tab: 'curate', sampleId });
}

/** Calls `show` with what the tab is asked for, once, also when it was asked before it was there. */
export function useWanted<Tab extends TabId>(
  tab: Tab,
  show: (wanted: Extract<Wanted, { tab: Tab }>) => void,
): void {
  const wanted = useNavigation((state) => state.wanted);
  useEffect(() => {
    if (!isFor(wanted, tab)) return;
    useNavigation.setState({ wanted: null });
    show(wanted);
  });
}

const isFor = <Tab extends TabId>(
  wanted: Wanted | null,
  tab: Tab,
): wanted is Extract<Wanted, { tab: Tab }> => wanted?.tab === tab;
