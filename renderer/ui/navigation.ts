import { create } from 'zustand';

/** The tabs of the workbench, in the order of the pipeline. */
export type TabId = 'curate' | 'train' | 'chat' | 'evaluate';

interface Navigation {
  tab: TabId;
  /** A sample that another tab wants to be shown in Curate, until Curate shows it. */
  wantedSampleId: string | null;
}

/** Which tab is shown. */
export const useNavigation = create<Navigation>(() => ({ tab: 'curate', wantedSampleId: null }));

/** Shows a tab, from anywhere. */
export function goToTab(tab: TabId): void {
  useNavigation.setState({ tab });
}

/** Shows a sample in Curate, from anywhere. */
export function showSample(sampleId: string): void {
  useNavigation.setState({ tab: 'curate', wantedSampleId: sampleId });
}
