import type { FileEntry } from '../../../shared/contract/app.ts';
import type { FilePurpose } from './file-chooser.ts';

const endings: Partial<Record<FilePurpose, readonly string[]>> = {
  'open-project': ['.lima'],
  model: ['.gguf'],
  import: ['.xml', '.json', '.jsonl', '.7z', '.gz'],
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
