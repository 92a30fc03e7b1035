import { CommandPalette } from './command-palette.tsx';
import { ShortcutList } from './shortcut-list.tsx';
import { useShell } from './shell-store.ts';

/** The command palette or the shortcut list, when one is open. */
export function ShellDialogs() {
  const dialog = useShell((state) => state.dialog);
  if (dialog === 'palette') return <CommandPalette />;
  if (dialog === 'shortcuts') return <ShortcutList />;
  return null;
}
