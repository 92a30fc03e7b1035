import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import { Activity, Filter, MessagesSquare, Scale, type LucideIcon } from 'lucide-react';
import type { TabId } from '../ui/navigation.ts';

/** One tab of the workbench, loaded when first shown. */
export interface TabDefinition {
  id: TabId;
  label: string;
  icon: LucideIcon;
  View: LazyExoticComponent<ComponentType>;
}

/** The tabs in the order of the pipeline: one line and one folder each. */
export const tabs: readonly TabDefinition[] = [
  { id: 'curate', label: 'Curate', icon: Filter, View: lazy(() => import('../curate/view.tsx')) },
  { id: 'train', label: 'Train', icon: Activity, View: lazy(() => import('../train/view.tsx')) },
  { id: 'chat', label: 'Chat', icon: MessagesSquare, View: lazy(() => import('../chat/view.tsx')) },
  {
    id: 'evaluate',
    label: 'Evaluate',
    icon: Scale,
    View: lazy(() => import('../evaluate/view.tsx')),
  },
];
