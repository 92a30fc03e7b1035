import type { BrowserWindow, FileFilter } from 'electron';
import type { ElectronApi } from './electron-api.ts';

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
