import { goToTab } from '../ui/navigation.ts';
import { useShortcuts, type Shortcut } from '../ui/shortcuts.ts';
import { chooseProject, closeProject, newProject } from './project.ts';
import { setJobsOpen, showShellDialog, useShell } from './shell-store.ts';
import { tabs } from './tabs.tsx';
import { cycleTheme } from './theme.ts';

const group = 'Workbench';

const shellShortcuts: readonly Shortcut[] = [
  ...tabs.map((tab, index) => ({
    keys: [`Mod+${index + 1}`],
    label: `Go to ${tab.label}`,
    group,
    run: () => goToTab(tab.id),
    whileTyping: true,
  })),
  {
    keys: ['Mod+k'],
    label: 'Command palette',
    group,
    run: () => showShellDialog('palette'),
    whileTyping: true,
  },
  { keys: ['?'], label: 'List of shortcuts', group, run: () => showShellDialog('shortcuts') },
  {
    keys: ['Mod+j'],
    label: 'Show or hide jobs',
    group,
    run: () => setJobsOpen(!useShell.getState().areJobsOpen),
    whileTyping: true,
  },
  { keys: [], label: 'New project…', group, run: () => void newProject() },
  { keys: [], label: 'Open project…', group, run: () => void chooseProject() },
  { keys: [], label: 'Close project', group, run: () => void closeProject() },
  { keys: [], label: 'Switch theme', group, run: cycleTheme },
];

/** Registers what the shell itself can do; entries without keys are for the palette only. */
export function useShellShortcuts(): void {
  useShortcuts(shellShortcuts);
}
