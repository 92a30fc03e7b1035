import type { TemplateTrial } from '../../../shared/template/try-template.ts';
import type { ContentCounts } from '../../../shared/domain/project/backup.ts';
import type { ProjectContents } from '../../../shared/domain/project/project-contents.ts';
import type { ModelInfo } from '../../../shared/domain/model/model.ts';

/** What a project file is and holds. */
export interface ProjectDescription {
  uuid: string;
  schemaVersion: number;
  counts: ContentCounts;
}

/** What is looked for in a backup: rows of one group, by their checksums. */
export interface WantedRows {
  table: string;
  after: { a: number; b: number };
  group: { last: { a: number; b: number }; rows: number; hash: string; rowChecksums: Uint8Array };
  checksums: readonly number[];
}

/** A project, and the private copy in which it is read where it cannot be read in its place. */
export interface InspectedFile {
  path: string;
  copy?: string;
}

/** Methods of the inspector process, which reads untrusted files and may be killed at any time. */
export type InspectorRequests = {
  /** Fails with `GGUF_INVALID`, `GGUF_TRUNCATED` or `GGUF_UNREADABLE`. */
  inspectModel: { params: { path: string }; event: never; result: ModelInfo };
  /** Tries a chat template with the special tokens of a model; fails like `inspectModel`. */
  tryTemplate: {
    params: { path: string; chatTemplate: string };
    event: never;
    result: TemplateTrial;
  };
  /** Fails with `FILE_UNREADABLE` or `CANCELLED`; at most 10 events a second. */
  hashFile: {
    params: { path: string };
    event: { type: 'hashed'; bytes: number; totalBytes: number };
    result: { sha256: string; sizeBytes: number };
  };
  /** The schema alone. Fails with `PROJECT_INVALID` or `PROJECT_NEWER`; the file is opened read-only. */
  inspectProject: {
    params: InspectedFile;
    event: never;
    result: { schemaVersion: number; uuid: string | null };
  };
  /** Gives the private copy the newest schema and folds its log; fails like `inspectProject`. */
  bringCopyForward: { params: Required<InspectedFile>; event: never; result: null };
  /** What it holds and who wrote it, once it has the newest schema; fails like `inspectProject`. */
  readContents: { params: InspectedFile; event: never; result: ProjectContents };
  /** Every page of a file up to 512 MB. Fails with `PROJECT_INVALID`; the file is opened read-only. */
  inspectPages: { params: InspectedFile; event: never; result: null };
  /** What a project or a backup holds, without its pages. The same errors; opened read-only. */
  describeProject: { params: { path: string }; event: never; result: ProjectDescription };
  /** The same after a check of every page, of a file of any size. */
  verifyProject: { params: { path: string }; event: never; result: ProjectDescription };
  /** Rows of a backup, by the checksums that they have; a list for each group that is asked for. */
  findRows: { params: { path: string; wanted: WantedRows[] }; event: never; result: string[][] };
  /** Checks a copy that this program just made of an open project, and folds its log away. */
  verifyCopy: { params: { path: string }; event: never; result: null };
};
