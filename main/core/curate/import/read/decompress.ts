import { constants, createGunzip, createZstdDecompress, type Gunzip } from 'node:zlib';

type Decompressor = Gunzip | ReturnType<typeof createZstdDecompress>;

// As much as is read of a plain file at once: who gathers a record copies it with every chunk.
const chunkSize = 256 * 1024;
// Output waiting for the reader; a decompressor with more than that is paused.
const maxQueuedBytes = 8 * 1024 * 1024;

/**
 * One compressed stream, read by hand: unlike a pipe it hands out everything that was decompressed
 * before an error, and tells how much input it took.
 */
class CompressedStream implements Disposable {
  readonly #decompressor: Decompressor;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #isIdle = true;
  #hasEnded = false;
  #failure: Error | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(decompressor: Decompressor) {
    this.#decompressor = decompressor;
    decompressor.on('data', (chunk: Buffer) => {
      this.#queue.push(chunk);
      this.#queuedBytes += chunk.length;
      if (this.#queuedBytes > maxQueuedBytes) decompressor.pause();
      this.#wake.resolve();
    });
    decompressor.on('end', () => {
      this.#hasEnded = true;
      this.#wake.resolve();
    });
    decompressor.on('error', (error) => {
      this.#failure = error;
      this.#wake.resolve();
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Takes compressed bytes; read `output` to its end before the next call. */
  write(chunk: Buffer): void {
    this.#isIdle = false;
    this.#decompressor.write(chunk, () => {
      this.#isIdle = true;
      this.#wake.resolve();
    });
  }

  /** Says that there is no more input; `output` then throws when the data is cut off. */
  end(): void {
    this.#isIdle = false;
    this.#decompressor.end();
  }

  get consumedBytes(): number {
    return this.#decompressor.bytesWritten;
  }

  /** What the last `write` or `end` decompressed. */
  async *output(): AsyncGenerator<Buffer> {
    for (;;) {
      this.#wake = Promise.withResolvers();
      const ready = this.#queue;
      this.#queue = [];
      this.#queuedBytes = 0;
      yield* ready;
      if (this.#queue.length > 0) continue;
      if (this.#failure) throw this.#failure;
      if (this.#hasEnded || this.#isIdle) return;
      this.#decompressor.resume();
      await this.#wake.promise;
    }
  }

  [Symbol.dispose](): void {
    this.#decompressor.destroy();
  }
}

/** Decompresses gzip with any number of members; zero padding after the last one is ignored. */
export async function* decompressGzip(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  using stream = new CompressedStream(createGunzip({ chunkSize }));
  for await (const chunk of compressed) {
    if (stream.hasEnded) break;
    stream.write(chunk);
    yield* stream.output();
  }
  stream.end();
  yield* stream.output();
}

/** Decompresses zstd with any number of frames (node:zlib stops after the first) and any window. */
export async function* decompressZstd(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let stream = newZstdStream();
  try {
    for await (const chunk of compressed) {
      let rest = chunk;
      while (rest.length > 0) {
        if (stream.hasEnded) {
          stream[Symbol.dispose]();
          stream = newZstdStream();
        }
        const before = stream.consumedBytes;
        stream.write(rest);
        yield* stream.output();
        rest = rest.subarray(stream.consumedBytes - before);
      }
    }
    stream.end();
    yield* stream.output();
  } finally {
    stream[Symbol.dispose]();
  }
}

// 31: the largest window of `zstd --long`, which community dumps are made with.
function newZstdStream(): CompressedStream {
  const params = { [constants.ZSTD_d_windowLogMax]: 31 };
  return new CompressedStream(createZstdDecompress({ chunkSize, params }));
}
