import { create } from 'zustand';

/** The dialog of the shell that is open. */
export type ShellDialog =
  'palette' | 'shortcuts' | 'packet' | 'settings' | 'help' | 'about' | 'disk' | 'network' | null;

/** Whose backups are shown, and why, when the project could not be opened. */
interface ShownBackups {
  path: string;
  error: unknown;
  isOpen: boolean;
}

interface Shell {
  dialog: ShellDialog;
  areJobsOpen: boolean;
  backups: ShownBackups | null;
  /** The project from elsewhere that is read without trusting it. */
  readPath: string | null;
  /** A copy to merge, or the newest merge to take back. */
  merge: { path: string } | 'undo' | null;
  /** A packet that was closed to be sent back. */
  sendBack: string | null;
}

/** UI state of the shell. */
export const useShell = create<Shell>(() => ({
  dialog: null,
  areJobsOpen: false,
  backups: null,
  readPath: null,
  merge: null,
  sendBack: null,
}));

/** Shows the tabs of a project that is not trusted, or with `null` what it contains again. */
export function keepReading(path: string | null): void {
  useShell.setState({ readPath: path });
}

/** Shows the backups of the open project. */
export function showBackups(path: string): void {
  useShell.setState({ backups: { path, error: undefined, isOpen: true } });
}

/** Shows the backups of a project that could not be opened, and why. */
export function showBackupsOfBroken(path: string, error: unknown): void {
  useShell.setState({ backups: { path, error, isOpen: false } });
}

/** Closes the list of backups. */
export function hideBackups(): void {
  useShell.setState({ backups: null });
}

/** Shows what a copy of the open project would bring, to merge it. */
export function showMerge(path: string): void {
  useShell.setState({ merge: { path } });
}

/** Shows what taking the newest merge back means. */
export function showUndoMerge(): void {
  useShell.setState({ merge: 'undo' });
}

/** Closes the dialog about merging; a merge that runs goes on. */
export function hideMerge(): void {
  useShell.setState({ merge: null });
}

/** Shows where a packet lies that was closed to be sent back. */
export function showSendBack(path: string): void {
  useShell.setState({ sendBack: path });
}

/** Closes that. */
export function hideSendBack(): void {
  useShell.setState({ sendBack: null });
}

/** Opens one of the shell's dialogs, or closes it with `null`. */
export function showShellDialog(dialog: ShellDialog): void {
  useShell.setState({ dialog });
}

/** Opens or closes the jobs tray. */
export function setJobsOpen(areJobsOpen: boolean): void {
  useShell.setState({ areJobsOpen });
}
