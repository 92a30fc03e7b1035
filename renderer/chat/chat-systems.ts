import type { SystemSpec } from '../../shared/domain/identity.ts';
import { baseOf, newestSystem, type AvailableModels } from '../ui/systems/systems.ts';
import type { PaneId, PaneState } from './chat-store.ts';

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
