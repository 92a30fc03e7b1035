import type { ModelInfo } from '../../../shared/domain/model.ts';

/** Methods of the inspector process, which reads untrusted files and may be killed at any time. */
export type InspectorRequests = {
  /** Fails with `GGUF_INVALID`, `GGUF_TRUNCATED` or `GGUF_UNREADABLE`. */
  inspectModel: { params: { path: string }; event: never; result: ModelInfo };
  /** Fails with `FILE_UNREADABLE` or `CANCELLED`; at most 10 events a second. */
  hashFile: {
    params: { path: string };
    event: { type: 'hashed'; bytes: number; totalBytes: number };
    result: { sha256: string; sizeBytes: number };
  };
  /** The schema alone. Fails with `PROJECT_INVALID` or `PROJECT_NEWER`; the file is opened read-only. */
  inspectProject: { params: { path: string }; event: never; result: { schemaVersion: number } };
  /** Every page of a file up to 512 MB. Fails with `PROJECT_INVALID`; the file is opened read-only. */
  inspectPages: { params: { path: string }; event: never; result: null };
};
