import type { ExportKind, ExportType } from '../../../shared/domain/export.ts';

/** A checkpoint and what to make of it; see `ExportRequest` for the meaning of the fields. */
export interface ExportParams {
  basePath: string;
  /** A LoRA adapter, or a whole model after full-parameter training. */
  checkpointPath: string;
  kind: ExportKind;
  type: ExportType | null;
  strength: number;
  outPath: string;
  /** `general.name` of a written GGUF file. */
  name: string;
}

/** How many bytes of the output are written. */
export interface ExportProgress {
  doneBytes: number;
  totalBytes: number;
}

/** The files of an export, all of them complete on disk. */
export interface ExportResult {
  files: { path: string; sizeBytes: number }[];
}
