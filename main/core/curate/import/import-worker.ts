import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { importFile, type ImportCounts, type ImportRequest } from './import-file.ts';
import { ImportError, type ImportErrorCode } from './import-error.ts';
import type { ImportBatch } from './import-output.ts';

/** What the worker tells: every batch waits for an answer before the next one is read. */
export type FromImportWorker =
  | { kind: 'batch'; batch: ImportBatch }
  | { kind: 'done'; counts: ImportCounts }
  | { kind: 'failed'; code: ImportErrorCode | undefined; message: string };

const port = requirePort();
const request: ImportRequest = workerData;

const post = (message: FromImportWorker) => port.postMessage(message);

function requirePort(): MessagePort {
  if (!parentPort) throw new Error('import-worker.ts runs as a worker thread only');
  return parentPort;
}

function postBatch(batch: ImportBatch): Promise<void> {
  post({ kind: 'batch', batch });
  return new Promise((resolve) => port.once('message', () => resolve()));
}

try {
  const counts = await importFile(request, postBatch);
  post({ kind: 'done', counts });
} catch (error) {
  const code = error instanceof ImportError ? error.code : undefined;
  const message = error instanceof Error ? error.message : String(error);
  post({ kind: 'failed', code, message });
}
