import { create } from 'zustand';
import type { RequestedFormat, TextEncodingLabel } from '../../shared/contract/curate.ts';
import type { SampleFilter } from '../../shared/domain/sample.ts';

/** A dialog of the Curate tab. */
export type CurateDialog =
  | { kind: 'import'; jobId?: string }
  /** Files that were dropped on a page, which is not told where they lie. */
  | { kind: 'drop'; files: readonly DroppedFile[]; asked?: AskedOfDrop }
  /** Imports that were started together. */
  | { kind: 'imports'; started: readonly StartedImport[] }
  | { kind: 'duplicates' }
  /** Dumps to scan, and to pick of. */
  | { kind: 'scan' }
  | { kind: 'freeze' }
  | { kind: 'datasets' };

/** What is asked of files that are imported together. */
export type AskedOfDrop = Pick<ImportRequest, 'format' | 'encoding' | 'dryRun'>;

/** What a page is told of a file that is dropped on it, and the path once that is known. */
export interface DroppedFile {
  name: string;
  sizeBytes: number;
  path: string;
}

/** One file of several that are imported together: its job, or why there is none. */
export interface StartedImport {
  request: ImportRequest;
  jobId: string | null;
  error: unknown;
}

/** What was asked of an import; a dry run can be repeated for real. */
export interface ImportRequest {
  path: string;
  format: RequestedFormat;
  source?: string;
  encoding?: TextEncodingLabel;
  dryRun: boolean;
}

/** What the Curate tab shows and of what. */
export interface CurateState {
  filter: SampleFilter;
  /** What the list shows, in order; kept here for the keyboard, computed by the list. */
  seqs: readonly number[];
  /** The filter that `seqs` is the answer to; `filter` runs ahead of it. */
  listedFilter: SampleFilter;
  selectedSeq: number | null;
  /** Reviewed under this filter: they stay listed although they may no longer match. */
  retained: ReadonlySet<number>;
  /** Marked in the list, to do something with all of them. */
  marked: ReadonlySet<number>;
  /** The sample being edited; `new` is the one that is written by hand. */
  editing: string | null;
  dialog: CurateDialog | null;
  /** Imports of this window by their jobs. */
  imports: Readonly<Record<string, ImportRequest>>;
}

/** UI state of the Curate tab. */
export const useCurate = create<CurateState>(() => ({
  filter: {},
  seqs: [],
  listedFilter: {},
  selectedSeq: null,
  retained: new Set(),
  marked: new Set(),
  editing: null,
  dialog: null,
  imports: {},
}));

/** Narrows or widens the list; `undefined` drops a condition. What was retained goes. */
export function changeFilter(change: {
  [Key in keyof SampleFilter]?: SampleFilter[Key] | undefined;
}) {
  useCurate.setState(({ filter }) => {
    const entries = Object.entries({ ...filter, ...change });
    const next = Object.fromEntries(
      entries.filter(([, value]) => value !== undefined && value !== ''),
    );
    return { filter: next, retained: new Set(), marked: new Set() };
  });
}

/** Shows a sample; an edit that was open is left, its draft stays. */
export function selectSample(seq: number | null): void {
  const { selectedSeq } = useCurate.getState();
  if (seq !== selectedSeq) useCurate.setState({ selectedSeq: seq, editing: null });
}

/** Moves the selection by rows, from the top when nothing is selected; stops at the ends. */
export function moveSelection(rows: number): void {
  const { seqs, selectedSeq } = useCurate.getState();
  const index = selectedSeq === null ? -1 : seqs.indexOf(selectedSeq);
  const next = index < 0 ? 0 : Math.max(0, Math.min(seqs.length - 1, index + rows));
  selectSample(seqs[next] ?? null);
}

/** Keeps a sample in the list although it may no longer match the filter. */
export function retain(seq: number): void {
  useCurate.setState(({ retained }) => ({ retained: new Set(retained).add(seq) }));
}

/** Marks a sample, or takes its mark away. */
export function toggleMark(seq: number): void {
  useCurate.setState(({ marked }) => {
    const next = new Set(marked);
    if (!next.delete(seq)) next.add(seq);
    return { marked: next };
  });
}

/** Marks everything in the list between the selected sample and this one. */
export function markThrough(seq: number): void {
  useCurate.setState(({ seqs, selectedSeq, marked }) => {
    const ends = [seqs.indexOf(selectedSeq ?? seq), seqs.indexOf(seq)];
    const [first, last] = [Math.max(0, Math.min(...ends)), Math.max(...ends)];
    return { marked: new Set([...marked, ...seqs.slice(first, last + 1)]) };
  });
}

/** Takes every mark away. */
export function clearMarks(): void {
  useCurate.setState({ marked: new Set() });
}

/** Lets go of everything that no longer matches the filter. */
export function dropRetained(): void {
  useCurate.setState({ retained: new Set() });
}

/** Opens a dialog of the tab, or closes it with `null`. */
export function showCurateDialog(dialog: CurateDialog | null): void {
  useCurate.setState({ dialog });
}

/** Takes dropped files into the dialog that asks where they lie, beside those that wait in it. */
export function addDropped(files: readonly DroppedFile[]): void {
  useCurate.setState(({ dialog }) => {
    const waiting = dialog?.kind === 'drop' ? dialog.files : [];
    return { dialog: { kind: 'drop', files: [...waiting, ...files] } };
  });
}

/** Keeps what was asked of an import; a dry run of the same file is settled by the real one. */
export function rememberImport(jobId: string, request: ImportRequest): void {
  useCurate.setState(({ imports }) => {
    const open = Object.entries(imports).filter(
      ([, earlier]) => request.dryRun || earlier.path !== request.path,
    );
    return { imports: { ...Object.fromEntries(open), [jobId]: request } };
  });
}

/** Starts or leaves editing. */
export function edit(target: string | null): void {
  useCurate.setState({ editing: target });
}
