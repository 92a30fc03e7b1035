import { closeSync } from 'node:fs';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { InputFileError, openInputFileSync } from '../../../../../input-files/input-file.ts';
import { ImportError, type ImportErrorCode } from '../../sample/import-error.ts';
import { ArchiveIndex, listArguments, type ArchiveEntry } from './archive-index.ts';
import { damageOf, refuseFailure, requirePosts } from './archive-problems.ts';
import { archivePath, runSevenZip } from './seven-zip.ts';
import { requireWholeArchive } from './start-header.ts';

/** What is unpacked: no more of the file than it had when it was opened. */
export interface UnpackRequest {
  path: string;
  sizeBytes: number;
  /** 7-Zip, compiled. */
  program: object;
  /** One number: bytes that were handed over and not taken yet. */
  waiting: SharedArrayBuffer;
}

/** What the thread tells. `readBytes` were read of the archive, of `neededBytes` in all. */
export type FromUnpackWorker =
  | { kind: 'read'; readBytes: number; neededBytes: number }
  | { kind: 'chunk'; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'done'; damage: string | undefined }
  | { kind: 'failed'; code: ImportErrorCode | undefined; message: string };

/** As much is unpacked ahead of who reads it. */
const mostWaitingBytes = 4 * 1024 * 1024;

const port = requirePort();
const request: UnpackRequest = workerData;
const waiting = new Int32Array(request.waiting);

const post = (message: FromUnpackWorker, transfer: ArrayBuffer[] = []) =>
  port.postMessage(message, transfer);

function requirePort(): MessagePort {
  if (!parentPort) throw new Error('unpack-worker.ts runs as a worker thread only');
  return parentPort;
}

/** Hands bytes over and sleeps until there is room for more: 7-Zip stands still meanwhile. */
function handOver(memory: Buffer): void {
  const bytes = new Uint8Array(memory);
  Atomics.add(waiting, 0, bytes.length);
  post({ kind: 'chunk', bytes }, [bytes.buffer]);
  for (;;) {
    const held = Atomics.load(waiting, 0);
    if (held <= mostWaitingBytes) return;
    Atomics.wait(waiting, 0, held);
  }
}

async function findPosts(file: number): Promise<ArchiveEntry> {
  const { path, sizeBytes, program } = request;
  const index = new ArchiveIndex();
  const input = { file, sizeBytes, onRead: () => undefined };
  const args = [...listArguments, archivePath];
  const outcome = await runSevenZip(program, args, input, (bytes) => index.push(bytes));
  index.end();
  return requirePosts(path, index, outcome);
}

async function unpack(file: number): Promise<string | undefined> {
  const { path, sizeBytes, program } = request;
  const entry = await findPosts(file);
  let [readBytes, unpackedBytes] = [0, 0];
  const onRead = (bytes: number) => {
    readBytes += bytes;
    post({ kind: 'read', readBytes, neededBytes: entry.packedBytes });
  };
  // By its name whatever its folder: no name of the archive becomes an argument.
  const args = ['x', '-so', '-t7z', '-ssc-', '-ir!posts.xml', archivePath];
  const outcome = await runSevenZip(program, args, { file, sizeBytes, onRead }, (bytes) => {
    unpackedBytes += bytes.length;
    handOver(bytes);
  });
  if (unpackedBytes === 0) refuseFailure(path, outcome);
  return damageOf(outcome);
}

try {
  const { file } = openInputFileSync(request.path);
  try {
    requireWholeArchive(request.path, file, request.sizeBytes);
    post({ kind: 'done', damage: await unpack(file) });
  } finally {
    closeSync(file);
  }
} catch (error) {
  const isOfFile = error instanceof ImportError || error instanceof InputFileError;
  const message = error instanceof Error ? error.message : String(error);
  post({ kind: 'failed', code: isOfFile ? error.code : undefined, message });
}
