import type { BrowserWindow, FileFilter, MessageBoxOptions } from 'electron';
import type { ElectronApi } from './electron-api.ts';
import type { CoreExit } from './core-process.ts';

interface Purpose {
  title: string;
  isSave: boolean;
  filters: FileFilter[];
}

const everything: FileFilter = { name: 'All files', extensions: ['*'] };
const project: FileFilter = { name: 'Lima Workbench project', extensions: ['lima'] };

const purposes: Readonly<Record<string, Purpose>> = {
  'open-project': { title: 'Open Project', isSave: false, filters: [project, everything] },
  'new-project': { title: 'New Project', isSave: true, filters: [project] },
  import: {
    title: 'Import Samples',
    isSave: false,
    filters: [
      {
        name: 'Datasets and dumps',
        extensions: ['jsonl', 'json', 'xml', 'csv', '7z', 'gz', 'zst'],
      },
      everything,
    ],
  },
  model: {
    title: 'Choose a Model',
    isSave: false,
    filters: [{ name: 'GGUF models', extensions: ['gguf'] }, everything],
  },
  adapter: {
    title: 'Choose an Adapter',
    isSave: false,
    filters: [{ name: 'LoRA adapters', extensions: ['gguf', 'safetensors'] }, everything],
  },
  prompts: {
    title: 'Choose Prompts',
    isSave: false,
    filters: [{ name: 'Prompts', extensions: ['jsonl', 'txt'] }, everything],
  },
  save: { title: 'Save As', isSave: true, filters: [everything] },
};

/** Shows the native dialog over `window`; `null` when the person cancelled it. */
export async function showFileDialog(
  { dialog }: Pick<ElectronApi, 'dialog'>,
  window: BrowserWindow,
  { purpose, suggestedName }: { purpose: string; suggestedName?: string | undefined },
): Promise<string | null> {
  const kind = Object.hasOwn(purposes, purpose) ? purposes[purpose] : undefined;
  if (!kind) throw new Error(`There is no file dialog for "${purpose}".`);
  const { title, filters } = kind;
  if (kind.isSave) {
    const options = { title, filters, ...(suggestedName && { defaultPath: suggestedName }) };
    const answer = await dialog.showSaveDialog(window, options);
    return answer.canceled || !answer.filePath ? null : answer.filePath;
  }
  const answer = await dialog.showOpenDialog(window, { title, filters, properties: ['openFile'] });
  return answer.canceled ? null : (answer.filePaths[0] ?? null);
}

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

/** Asks before the page goes that is not done with something; true when the person lets it go. */
export function leavesPage(
  { dialog }: Pick<ElectronApi, 'dialog'>,
  window: BrowserWindow,
): boolean {
  const answer = dialog.showMessageBoxSync(window, {
    type: 'question',
    title: 'Lima Workbench',
    message: 'An answer is still being written.',
    detail: 'Of an answer the part that came stays. Jobs go on.',
    buttons: ['Leave', 'Stay'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return answer === 0;
}
