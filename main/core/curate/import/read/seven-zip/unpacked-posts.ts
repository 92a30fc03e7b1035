import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import { workerBeside } from '../../../../base/run-worker.ts';
import { ImportError } from '../../sample/import-error.ts';
import { sevenZipProgram } from './program.ts';
import type { FromUnpackWorker, UnpackRequest } from './unpack-worker.ts';

const workerUrl = workerBeside(import.meta.url, 'unpack-worker');
const resourceLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 };

/** While an archive is skipped through for what stands behind, a reader is woken so often. */
const tickMs = 200;
const noBytes = Buffer.alloc(0);

/** The `Posts.xml` of a 7-Zip archive, unpacked in a thread of its own as far as it is read. */
export class UnpackedPosts {
  readonly #path: string;
  readonly #sizeBytes: number;
  #readBytes = 0;
  #neededBytes = 0;
  #isRead = false;
  /** Why the text ends early or differs from what was packed. */
  damage: string | undefined;

  constructor(path: string, sizeBytes: number) {
    this.#path = path;
    this.#sizeBytes = sizeBytes;
  }

  /** Bytes that were read of the archive, whatever they were for. */
  get packedBytes(): number {
    return this.#readBytes;
  }

  /** How far the archive is read, as its bytes: those that are not needed count as read in between. */
  get bytesRead(): number {
    if (this.#isRead) return this.#sizeBytes;
    const share = this.#readBytes / Math.max(1, this.#neededBytes);
    return Math.floor(this.#sizeBytes * Math.min(1, share));
  }

  /**
   * The text, once; empty chunks tell that only `bytesRead` grew. Throws `ImportError` when there is
   * none. Whoever stops early ends the thread.
   */
  async *chunks(): AsyncGenerator<Buffer> {
    const waiting = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const [path, sizeBytes, program] = [this.#path, this.#sizeBytes, sevenZipProgram()];
    const request: UnpackRequest = { path, sizeBytes, program, waiting };
    const worker = new Worker(workerUrl, { workerData: request, execArgv: [], resourceLimits });
    try {
      yield* this.#follow(worker, new Int32Array(waiting));
    } finally {
      await worker.terminate();
    }
  }

  async *#follow(worker: Worker, waiting: Int32Array): AsyncGenerator<Buffer> {
    let lastMs = performance.now();
    for await (const [told] of on(worker, 'message', { close: ['exit'] })) {
      const message: FromUnpackWorker = told;
      if (message.kind === 'done') return this.#finish(message.damage);
      if (message.kind === 'failed') throw failureOf(this.#path, message);
      if (message.kind === 'read') {
        this.#readBytes = message.readBytes;
        this.#neededBytes = message.neededBytes;
        if (performance.now() - lastMs < tickMs) continue;
      }
      const bytes = message.kind === 'chunk' ? Buffer.from(message.bytes.buffer) : noBytes;
      // A reader that never comes back is no reason for the process to go on.
      worker.unref();
      yield bytes;
      worker.ref();
      Atomics.sub(waiting, 0, bytes.length);
      Atomics.notify(waiting, 0);
      lastMs = performance.now();
    }
    throw failureOf(this.#path, { code: undefined, message: 'its thread is gone' });
  }

  #finish(damage: string | undefined): void {
    this.#isRead = true;
    this.damage = damage;
  }
}

function failureOf(
  path: string,
  { code, message }: Pick<Extract<FromUnpackWorker, { kind: 'failed' }>, 'code' | 'message'>,
): ImportError {
  if (code) return new ImportError(code, message);
  return new ImportError('ENGINE_FAILED', `${path} could not be unpacked: ${message}`);
}
