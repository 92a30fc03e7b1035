import type { ModelInfo } from '../../../shared/domain/model.ts';

/** Methods of the inspector process, which reads untrusted files and may be killed at any time. */
export type InspectorRequests = {
  inspectModel: { params: { path: string }; event: never; result: ModelInfo };
  hashFile: {
    params: { path: string };
    event: { type: 'hashed'; bytes: number; totalBytes: number };
    result: { sha256: string; sizeBytes: number };
  };
  inspectProject: { params: { path: string }; event: never; result: { schemaVersion: number } };
};
