import { create } from 'zustand';
import type { FileEntry } from '../../../shared/contract/app.ts';
import { rpc } from '../../rpc/client.ts';

/** What a path is wanted for; decides the native dialog's filter and the listing's emphasis. */
type FilePurpose =
  'open-project' | 'new-project' | 'import' | 'model' | 'adapter' | 'prompts' | 'save';

/** A request for one path. */
export interface FileRequest {
  purpose: FilePurpose;
  /** Heading of the in-app dialog, as in "Import samples". */
  title: string;
  /** File name offered when saving. */
  suggestedName?: string;
}

interface Pending {
  request: FileRequest;
  answer: (path: string | null) => void;
}

/** The in-app dialog that is open, if any. */
export const useFileRequest = create<{ pending: Pending | null }>(() => ({ pending: null }));

/**
 * Lets the person choose a path: in the native dialog where the shell has one, else in the
 * in-app listing of the folders the core may use. `null` when cancelled.
 */
export async function chooseFile(request: FileRequest): Promise<string | null> {
  const info = await rpc.app.info();
  if (info.hasNativeDialogs) {
    const { purpose, suggestedName } = request;
    const named = suggestedName === undefined ? {} : { suggestedName };
    return (await rpc.files.pick({ purpose, ...named })).path;
  }
  useFileRequest.getState().pending?.answer(null);
  return new Promise((resolve) => {
    useFileRequest.setState({ pending: { request, answer: resolve } });
  });
}

/** Closes the in-app dialog with its answer. */
export function answerFileRequest(path: string | null): void {
  const { pending } = useFileRequest.getState();
  useFileRequest.setState({ pending: null });
  pending?.answer(path);
}

/** True when the purpose makes a new file, so that a name has to be typed. */
export function isSaving(purpose: FilePurpose): boolean {
  return purpose === 'save' || purpose === 'new-project';
}

const endings: Partial<Record<FilePurpose, readonly string[]>> = {
  'open-project': ['.lima'],
  model: ['.gguf'],
  adapter: ['.gguf', '.safetensors'],
  import: ['.xml', '.json', '.jsonl', '.7z', '.gz', '.zst'],
  prompts: ['.jsonl', '.txt', '.json'],
};

/** Folders first, then files, each by name with numbers in counting order. */
export function sortEntries(entries: readonly FileEntry[]): FileEntry[] {
  const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return entries.toSorted(
    (a, b) => Number(b.isDirectory) - Number(a.isDirectory) || order.compare(a.name, b.name),
  );
}

/** Whether a file is of the kind that is looked for; folders always are. */
export function isWanted(entry: FileEntry, purpose: FilePurpose): boolean {
  const wanted = endings[purpose];
  if (entry.isDirectory || wanted === undefined) return true;
  return wanted.some((ending) => entry.name.toLowerCase().endsWith(ending));
}

/** A name inside a folder, joined with the slash the folder uses. */
export function joinPath(folder: string, name: string): string {
  const slash = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return folder.endsWith(slash) ? folder + name : folder + slash + name;
}

/** The file name with its project ending, when a new project is named. */
export function withEnding(name: string, purpose: FilePurpose): string {
  if (purpose !== 'new-project' || name.toLowerCase().endsWith('.lima')) return name;
  return `${name}.lima`;
}
