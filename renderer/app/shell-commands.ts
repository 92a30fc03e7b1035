import { useEffect } from 'react';
import { rpc } from '../rpc/client.ts';
import { useConnection } from '../rpc/connection.ts';
import { usePacketKind } from '../rpc/project.ts';
import { usePreference } from '../rpc/settings.ts';
import { signOut } from '../rpc/web-session.ts';
import { confirmAction } from '../ui/dialogs/dialog.tsx';
import { showErrorToast } from '../ui/feedback/toast.tsx';
import { goToTab } from '../ui/navigation.ts';
import { useShortcuts, activeShortcuts, type Shortcut } from '../ui/shortcuts.ts';
import { cycleTheme } from './appearance.ts';
import {
  chooseMerge,
  chooseProject,
  closeProject,
  newProject,
  openProject,
  showOpenBackups,
} from './project.ts';
import { setJobsOpen, showShellDialog, showUndoMerge, useShell } from './shell-store.ts';
import { useTabs } from './tabs.tsx';

const group = 'Workbench';

const shellShortcuts: readonly Shortcut[] = [
  {
    keys: ['Mod+k'],
    label: 'Command palette',
    group,
    run: () => showShellDialog('palette'),
    whileTyping: true,
  },
  {
    keys: ['Mod+,'],
    label: 'Settings…',
    group,
    run: () => showShellDialog('settings'),
    whileTyping: true,
  },
  { keys: [], label: 'Help…', group, run: () => showShellDialog('help') },
  { keys: [], label: 'About Lima Workbench…', group, run: () => showShellDialog('about') },
  { keys: ['?'], label: 'List of shortcuts', group, run: () => showShellDialog('shortcuts') },
  { keys: [], label: 'New project…', group, run: () => void newProject() },
  { keys: [], label: 'Open project…', group, run: () => void chooseProject() },
  { keys: [], label: 'Backups…', group, run: () => void showOpenBackups() },
  { keys: [], label: 'Disk…', group, run: () => showShellDialog('disk') },
  { keys: [], label: 'Network…', group, run: () => showShellDialog('network') },
  { keys: [], label: 'Close project', group, run: () => void closeProject() },
];

const jobsShortcut: Shortcut = {
  keys: ['Mod+j'],
  label: 'Show or hide jobs',
  group,
  run: () => setJobsOpen(!useShell.getState().areJobsOpen),
  whileTyping: true,
};

/** What a review packet, which is judged and sent back, has no use for. */
const mergeShortcuts: readonly Shortcut[] = [
  { keys: [], label: 'Merge another copy…', group, run: () => void chooseMerge() },
  { keys: [], label: 'Undo the newest merge…', group, run: showUndoMerge },
  { keys: [], label: 'Write a review packet…', group, run: () => showShellDialog('packet') },
];

/** Only a browser signs in. */
const browserShortcuts: readonly Shortcut[] = [
  { keys: [], label: 'Sign out of this browser…', group, run: () => void signOutOfBrowser() },
];

async function signOutOfBrowser(): Promise<void> {
  const isSure = await confirmAction({
    title: 'Sign out of this browser?',
    body: 'All its tabs are signed out. Jobs go on. To come back, open the address that the server printed.',
    confirmLabel: 'Sign out',
  });
  if (!isSure) return;
  try {
    await signOut();
  } catch (error) {
    showErrorToast(error);
  }
}

/** Registers what the shell itself can do; entries without keys are for the palette only. */
export function useShellShortcuts(): void {
  const { tabs } = useTabs();
  const packetKind = usePacketKind();
  const theme = usePreference('theme');
  useShortcuts([
    ...tabs.map((tab, index) => ({
      keys: [`Mod+${index + 1}`],
      label: `Go to ${tab.label}`,
      group,
      run: () => goToTab(tab.id),
      whileTyping: true,
    })),
    ...shellShortcuts,
    { keys: [], label: 'Switch theme', group, run: () => void cycleTheme(theme) },
    ...(packetKind === 'evaluation' ? [] : [jobsShortcut]),
    ...(packetKind === null ? mergeShortcuts : []),
    ...(window.limaDesktop ? [] : browserShortcuts),
  ]);
}

const commands: Record<string, (path?: string) => unknown> = {
  'new-project': newProject,
  'open-project': (path) => (path === undefined ? chooseProject() : openProject(path)),
  'close-project': closeProject,
  palette: () => showShellDialog('palette'),
  shortcuts: () => showShellDialog('shortcuts'),
};

/** Carries out a command of the desktop menu: one of the above, or a shortcut's label. */
function runCommand(command: string, path: string | undefined): void {
  const known = commands[command];
  if (known) known(path);
  else
    activeShortcuts()
      .find((shortcut) => shortcut.label === command)
      ?.run();
}

/** Follows the desktop menu for as long as the connection lives; does nothing in a browser. */
export function useDesktopCommands(): void {
  const isOpen = useConnection((state) => state.phase === 'open');
  useEffect(() => {
    if (!isOpen || !window.limaDesktop) return undefined;
    const stop = new AbortController();
    void follow(stop.signal);
    return () => stop.abort();
  }, [isOpen]);
}

async function follow(signal: AbortSignal): Promise<void> {
  try {
    for await (const { command, path } of await rpc.app.commands(undefined, { signal }))
      runCommand(command, path);
  } catch (error) {
    if (!signal.aborted) console.warn('The menu commands ended:', error);
  }
}
