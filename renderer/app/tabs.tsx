import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { Activity, Filter, MessagesSquare, Scale, type LucideIcon } from 'lucide-react';
import type { PacketKind } from '../../shared/domain/project/packet.ts';
import { usePacket } from '../rpc/project.ts';
import { useNavigation, type TabId } from '../ui/navigation.ts';

/** One tab of the workbench, loaded when first shown. */
export interface TabDefinition {
  id: TabId;
  label: string;
  icon: LucideIcon;
  View: LazyExoticComponent<ComponentType>;
}

/** The id of a tab in the page. */
export const tabIdOf = (id: TabId): string => `tab-${id}`;

/** The id of what a tab shows. */
export const panelIdOf = (id: TabId): string => `panel-${id}`;

const packetTab: Record<PacketKind, TabId> = { samples: 'curate', evaluation: 'evaluate' };

const loads = {
  curate: () => import('../curate/view.tsx'),
  train: () => import('../train/view.tsx'),
  chat: () => import('../chat/view.tsx'),
  evaluate: () => import('../evaluate/view.tsx'),
};

/** Loads a tab that is about to be shown, while the page still connects to the core. */
export function preloadTab(id: TabId): void {
  // What fails here is asked for again, and told, where it is shown.
  loads[id]().catch(() => undefined);
}

/** The tabs in the order of the pipeline: two lines and one folder each. */
const everyTab: readonly TabDefinition[] = [
  { id: 'curate', label: 'Curate', icon: Filter, View: lazy(loads.curate) },
  { id: 'train', label: 'Train', icon: Activity, View: lazy(loads.train) },
  { id: 'chat', label: 'Chat', icon: MessagesSquare, View: lazy(loads.chat) },
  { id: 'evaluate', label: 'Evaluate', icon: Scale, View: lazy(loads.evaluate) },
];

/** The tabs of the open project, of a review packet the one where it is judged, and which is shown. */
export function useTabs(): { tabs: readonly TabDefinition[]; shown: TabId } {
  const packet = usePacket();
  const wanted = useNavigation((state) => state.tab);
  if (packet === null) return { tabs: everyTab, shown: wanted };
  const shown = packetTab[packet.kind];
  return { tabs: everyTab.filter(({ id }) => id === shown), shown };
}
