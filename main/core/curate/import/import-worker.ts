import { tmpdir } from 'node:os';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { sampleOriginHash } from '../../../store/content-hash.ts';
import { importFile, type ImportCounts, type ImportRequest } from './import-file.ts';
import { ImportError, type ImportErrorCode } from './sample/import-error.ts';
import type { ImportBatch } from './sample/import-output.ts';

/** What the worker tells: every batch is answered once it was taken. */
export type FromImportWorker =
  | { kind: 'batch'; batch: ImportBatch; originHashes: string[] }
  | { kind: 'done'; counts: ImportCounts }
  | { kind: 'failed'; code: ImportErrorCode | undefined; message: string };

const port = requirePort();
const request: ImportRequest = workerData;

const post = (message: FromImportWorker) => port.postMessage(message);

function requirePort(): MessagePort {
  if (!parentPort) throw new Error('import-worker.ts runs as a worker thread only');
  return parentPort;
}

/** The scratch file of a dump lies on the system's disk for temporary files, which may be full. */
function failureOf(error: unknown): { code: ImportErrorCode | undefined; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ImportError) return { code: error.code, message };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'SQLITE_FULL' && code !== 'ENOSPC') return { code: undefined, message };
  const where = request.scratchFolder ?? tmpdir();
  return {
    code: 'DISK_FULL',
    message: `There is no space left for temporary files in ${where} (${message}). Free some and try again.`,
  };
}

// While one batch is being stored the next one is read, and no more: memory stays flat.
const mostUntaken = 2;
let untaken = 0;
let wake = Promise.withResolvers<void>();
port.on('message', () => {
  untaken--;
  wake.resolve();
});

async function postBatch(batch: ImportBatch): Promise<void> {
  const originHashes = batch.samples.map(({ messages }) => sampleOriginHash(messages));
  post({ kind: 'batch', batch, originHashes });
  untaken++;
  if (untaken < mostUntaken) return;
  wake = Promise.withResolvers();
  await wake.promise;
}

try {
  const counts = await importFile(request, postBatch);
  post({ kind: 'done', counts });
} catch (error) {
  post({ kind: 'failed', ...failureOf(error) });
}
