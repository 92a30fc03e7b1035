import { useState } from 'react';
import { Kbd } from '../ui/button.tsx';
import { Dialog } from '../ui/dialogs/dialog.tsx';
import { activeShortcuts } from '../ui/shortcuts.ts';
import { CommandPalette } from './command-palette.tsx';
import { useShell, showShellDialog } from './shell-store.ts';
import './palette.css';

/** The command palette or the shortcut list, when one is open. */
export function ShellDialogs() {
  const dialog = useShell((state) => state.dialog);
  if (dialog === 'palette') return <CommandPalette />;
  if (dialog === 'shortcuts') return <ShortcutList />;
  return null;
}

/** Every shortcut that works in the view behind this dialog, by group. */
function ShortcutList() {
  const [shortcuts] = useState(() => activeShortcuts().filter((entry) => entry.keys.length > 0));
  const groups = Object.entries(Object.groupBy(shortcuts, (shortcut) => shortcut.group));
  return (
    <Dialog title="Keyboard shortcuts" onClose={() => showShellDialog(null)}>
      {groups.map(([group, entries = []]) => (
        <section key={group}>
          <h3 className="shortcut-group">{group}</h3>
          <dl className="shortcut-list">
            {entries.map((shortcut) => (
              <div key={shortcut.label}>
                <dt>{shortcut.label}</dt>
                <dd>
                  {shortcut.keys.map((keys) => (
                    <Kbd key={keys} keys={keys} />
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
