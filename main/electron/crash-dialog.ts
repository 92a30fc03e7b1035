import type { BrowserWindow, MessageBoxOptions } from 'electron';
import type { CoreExit } from './core-process.ts';
import type { ElectronApi } from './electron-api.ts';

/** What a person is told and asked after a crash; `goOn` is what they may choose but to quit. */
export interface CrashQuestion {
  message: string;
  detail: string;
  goOn: string;
}

/** The question after the core has ended by itself. */
export const coreCrash = ({ reason, stderr }: CoreExit): CrashQuestion => ({
  message: 'The workbench core stopped unexpectedly.',
  detail:
    `Everything you did up to now is in the project file. A run that was training keeps the ` +
    `checkpoints of its finished epochs.\n\n${reason}\n${stderr}`.trim(),
  goOn: 'Restart',
});

/** The question after the page has ended by itself. */
export const pageCrash = (reason: string): CrashQuestion => ({
  message: 'The window stopped unexpectedly.',
  detail: `Running jobs go on. (${reason})`,
  goOn: 'Reload',
});

/** Asks over the window when there is one; true when the person wants to go on. */
export async function askAfterCrash(
  { dialog }: Pick<ElectronApi, 'dialog'>,
  window: BrowserWindow | undefined,
  { message, detail, goOn }: CrashQuestion,
): Promise<boolean> {
  const options: MessageBoxOptions = {
    type: 'error',
    title: 'Lima Workbench',
    message,
    detail,
    buttons: [goOn, 'Quit'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  };
  const shown = window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options);
  return (await shown).response === 0;
}
