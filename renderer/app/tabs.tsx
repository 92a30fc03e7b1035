import { createElement, use, type ComponentType } from 'react';
import { Activity, Filter, MessagesSquare, Scale, type LucideIcon } from 'lucide-react';
import type { PacketKind } from '../../shared/domain/project/packet.ts';
import { usePacketKind } from '../rpc/project.ts';
import { useNavigation, type TabId } from '../ui/navigation.ts';

/** One tab of the workbench. */
export interface TabDefinition {
  id: TabId;
  label: string;
  icon: LucideIcon;
}

/** The id of a tab in the page. */
export const tabIdOf = (id: TabId): string => `tab-${id}`;

/** The id of what a tab shows. */
export const panelIdOf = (id: TabId): string => `panel-${id}`;

const packetTab: Record<PacketKind, TabId> = { samples: 'curate', evaluation: 'evaluate' };

const imports: Record<TabId, () => Promise<{ default: ComponentType }>> = {
  curate: () => import('../curate/view.tsx'),
  train: () => import('../train/view.tsx'),
  chat: () => import('../chat/view.tsx'),
  evaluate: () => import('../evaluate/view.tsx'),
};

const loads = new Map<TabId, Promise<ComponentType>>();

/** The code of a tab, asked for once: also what failed, until it is forgotten. */
function loadTab(id: TabId): Promise<ComponentType> {
  const known = loads.get(id);
  if (known) return known;
  const load = imports[id]().then(({ default: View }) => {
    // By these fields React knows what is there already: it shows no spinner for a third of a second.
    void Object.assign(load, { status: 'fulfilled', value: View });
    return View;
  });
  loads.set(id, load);
  return load;
}

/** Lets the code of a tab, which failed to come, be asked for again. */
export function forgetTab(id: TabId): void {
  loads.delete(id);
}

const restMs = 3000;

/** Loads the tab that is about to be shown while the page still connects, the others once it rests. */
export function preloadTabs(first: TabId): void {
  preloadTab(first);
  setTimeout(() => everyTab.forEach(({ id }) => preloadTab(id)), restMs);
}

/** What fails early is asked for again, and told, where it is shown. */
function preloadTab(id: TabId): void {
  loadTab(id).catch(() => forgetTab(id));
}

/** What a tab shows, once its code is there. */
export function TabView({ id }: { id: TabId }) {
  return createElement(use(loadTab(id)));
}

/** The tabs in the order of the pipeline: two lines and one folder each. */
const everyTab: readonly TabDefinition[] = [
  { id: 'curate', label: 'Curate', icon: Filter },
  { id: 'train', label: 'Train', icon: Activity },
  { id: 'chat', label: 'Chat', icon: MessagesSquare },
  { id: 'evaluate', label: 'Evaluate', icon: Scale },
];

/** The tabs of the open project, of a review packet the one where it is judged, and which is shown. */
export function useTabs(): { tabs: readonly TabDefinition[]; shown: TabId } {
  const packetKind = usePacketKind();
  const wanted = useNavigation((state) => state.tab);
  if (packetKind === null) return { tabs: everyTab, shown: wanted };
  const shown = packetTab[packetKind];
  return { tabs: everyTab.filter(({ id }) => id === shown), shown };
}
