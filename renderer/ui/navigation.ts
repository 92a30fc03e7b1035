import { create } from 'zustand';

/** The tabs of the workbench, in the order of the pipeline. */
export type TabId = 'curate' | 'train' | 'chat' | 'evaluate';

interface Navigation {
  tab: TabId;
}

/** Which tab is shown. */
export const useNavigation = create<Navigation>(() => ({ tab: 'curate' }));

/** Shows a tab, from anywhere. */
export function goToTab(tab: TabId): void {
  useNavigation.setState({ tab });
}
