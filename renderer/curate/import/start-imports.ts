import type { FileEntry } from '../../../shared/contract/app.ts';
import { rpc } from '../../rpc/client.ts';
import {
  rememberImport,
  showCurateDialog,
  type DroppedFile,
  type ImportRequest,
  type StartedImport,
} from '../curate-store.ts';

/** Starts an import of each file, and shows them together; the core runs one after the other. */
export async function startImports(requests: readonly ImportRequest[]): Promise<void> {
  const started: StartedImport[] = [];
  for (const request of requests) started.push(await startOne(request));
  showCurateDialog({ kind: 'imports', started });
}

/** One that cannot be started keeps none of the others from it, and is shown beside them. */
async function startOne(request: ImportRequest): Promise<StartedImport> {
  try {
    const { jobId } = await rpc.imports.start(request);
    rememberImport(jobId, request);
    return { request, jobId, error: undefined };
  } catch (error) {
    return { request, jobId: null, error };
  }
}

/**
 * Dropped files with the paths of those that lie in a folder: told by name and size, since another
 * file may have the name. A path that is known already stays.
 */
export function placeIn(
  entries: readonly FileEntry[],
  dropped: readonly DroppedFile[],
): DroppedFile[] {
  return dropped.map((file) => {
    const here = entries.find(
      ({ name, sizeBytes, isDirectory }) =>
        !isDirectory && name === file.name && sizeBytes === file.sizeBytes,
    );
    return file.path === '' && here ? { ...file, path: here.path } : file;
  });
}
