import type { PaneId } from '../../shared/contract/chat.ts';
import { SystemPicker } from '../ui/systems/system-picker.tsx';
import type { AvailableModels } from '../ui/systems/systems.ts';
import { changePane, systemOf, useChat } from './chat-store.ts';

/** What the panes are called. */
export const paneTitles: Record<PaneId, string> = { left: 'Left', right: 'Right' };

/** The head of a pane: which system answers in it. */
export function PaneHead({ id, available }: { id: PaneId; available: AvailableModels }) {
  const pane = useChat((state) => state.panes[id]);
  const system = systemOf(id, pane, available);
  if (!system) return null;
  return (
    <section className="chat-pane-head" aria-label={`${paneTitles[id]} pane`}>
      <SystemPicker
        label={`${paneTitles[id]} system`}
        value={system}
        available={available}
        onValue={(next) => changePane(id, { system: next })}
      />
    </section>
  );
}
