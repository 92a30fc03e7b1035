import { create } from 'zustand';

/** The dialog of the shell that is open. */
export type ShellDialog = 'palette' | 'shortcuts' | null;

/** UI state of the shell. */
export const useShell = create<{ dialog: ShellDialog; areJobsOpen: boolean }>(() => ({
  dialog: null,
  areJobsOpen: false,
}));

/** Opens one of the shell's dialogs, or closes it with `null`. */
export function showShellDialog(dialog: ShellDialog): void {
  useShell.setState({ dialog });
}

/** Opens or closes the jobs tray. */
export function setJobsOpen(areJobsOpen: boolean): void {
  useShell.setState({ areJobsOpen });
}
