import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ImportError } from './sample/import-error.ts';
import type { ImportCounts, ImportRequest } from './import-file.ts';
import { workerBeside } from '../../base/run-worker.ts';
import type { WithGuardedPaths } from '../../files/guarded-path.ts';
import type { ImportProgress } from './sample/import-output.ts';
import type { FromImportWorker } from './import-worker.ts';
import type { BadLine, ParsedSample } from './sample/parsed-sample.ts';

const workerUrl = workerBeside(import.meta.url, 'import-worker');

// Most objects of an import die young; a small young generation keeps the peak memory down. The
// old one must hold the longest record (64 MB) several times over while it is parsed.
const resourceLimits = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 1024 };

const terminateMs = 1000;

/** What happens with the results; while `onBatch` takes one batch the reader prepares the next. */
export interface ImportHandlers {
  signal?: AbortSignal;
  /** With the hash of each, which would take time of the thread that answers people. */
  onBatch(samples: ParsedSample[], originHashes: string[]): Promise<void> | void;
  onProgress?(progress: ImportProgress): void;
  onBadLine?(badLine: BadLine): void;
}

/**
 * Imports a file in a worker thread and resolves when all of it was handed over. Rejects with the
 * signal's reason when cancelled, with whatever `onBatch` threw, or with `ImportError`; the worker
 * and its scratch file are gone by then.
 */
export async function runImport(
  request: WithGuardedPaths<ImportRequest>,
  handlers: ImportHandlers,
): Promise<ImportCounts> {
  const { signal } = handlers;
  signal?.throwIfAborted();
  const worker = new Worker(workerUrl, { workerData: request, execArgv: [], resourceLimits });
  const { promise, resolve, reject } = Promise.withResolvers<ImportCounts>();
  const onAbort = () => reject(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  // The next batch may come while one is being stored: each waits for those before it.
  let taken = Promise.resolve();
  worker.on('message', (message: FromImportWorker) => {
    if (message.kind === 'done') void taken.then(() => resolve(message.counts), reject);
    else if (message.kind === 'failed') void taken.then(() => reject(failureOf(message)), reject);
    else {
      taken = taken.then(() => takeBatch(worker, message, handlers));
      taken.catch(reject);
    }
  });
  worker.on('error', (cause) => reject(crashOf(String(cause), cause)));
  worker.on('exit', (code) => reject(crashOf(`exit code ${code}`)));
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await endWorker(worker);
  }
}

/** A thread that waits for a disk ends when the disk answers: it is left behind. */
async function endWorker(worker: Worker): Promise<void> {
  worker.unref();
  const patience = new AbortController();
  const { signal } = patience;
  await Promise.race([worker.terminate(), sleep(terminateMs, undefined, { signal })]);
  patience.abort();
}

async function takeBatch(
  worker: Worker,
  { batch, originHashes }: Extract<FromImportWorker, { kind: 'batch' }>,
  handlers: ImportHandlers,
): Promise<void> {
  if (handlers.signal?.aborted) return;
  for (const badLine of batch.badLines) handlers.onBadLine?.(badLine);
  if (batch.samples.length > 0) await handlers.onBatch(batch.samples, originHashes);
  handlers.onProgress?.(batch.progress);
  worker.postMessage('taken', []);
}

function failureOf(message: Extract<FromImportWorker, { kind: 'failed' }>): Error {
  return message.code ? new ImportError(message.code, message.message) : crashOf(message.message);
}

function crashOf(reason: string, cause?: unknown): ImportError {
  return new ImportError('ENGINE_FAILED', `The import ended unexpectedly: ${reason}.`, { cause });
}
