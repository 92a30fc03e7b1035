import {
  constants,
  crc32,
  createInflateRaw,
  createZstdDecompress,
  type InflateRaw,
} from 'node:zlib';

type Decompressor = InflateRaw | ReturnType<typeof createZstdDecompress>;

// As much as is read of a plain file at once: who gathers a record copies it with every chunk.
const chunkSize = 256 * 1024;
// Output waiting for the reader; a decompressor with more than that is paused.
const maxQueuedBytes = 8 * 1024 * 1024;
/** Of gzip, with the name of the file in it. */
const mostHeaderBytes = 64 * 1024;

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

/**
 * Decompresses gzip with any number of members; zero padding after the last one is ignored. Members
 * are cut out here: node:zlib loses the end of a member that something else follows.
 */
export async function* decompressGzip(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  await using input = new PendingInput(compressed);
  do {
    let length = headerLength(input.bytes);
    while (length > input.bytes.length) {
      await input.need(length);
      length = headerLength(input.bytes);
    }
    input.skip(length);
    yield* readMember(input);
    await input.skipZeros();
  } while (input.bytes.length > 0);
}

async function* readMember(input: PendingInput): AsyncGenerator<Buffer> {
  using stream = new CompressedStream(createInflateRaw({ chunkSize }));
  let checksum = 0;
  let sizeBytes = 0;
  while (!stream.hasEnded) {
    if (input.bytes.length > 0 || (await input.more())) stream.write(input.bytes);
    else stream.end();
    const before = stream.consumedBytes;
    for await (const chunk of stream.output()) {
      checksum = crc32(chunk, checksum);
      sizeBytes += chunk.length;
      yield chunk;
    }
    input.skip(stream.consumedBytes - before);
  }
  await input.need(8);
  const isWhole =
    input.bytes.readUInt32LE(0) === checksum && input.bytes.readUInt32LE(4) === sizeBytes % 2 ** 32;
  if (!isWhole) throw gzipError('incorrect data check');
  input.skip(8);
}

/** How long a header is, or how many bytes are needed before more can be said. */
function headerLength(bytes: Buffer): number {
  if (bytes.length < 10) return 10;
  if (bytes.readUInt16BE(0) !== 0x1f8b) throw gzipError('what follows it is no gzip');
  const flags = bytes[3] ?? 0;
  let length = 10;
  if (flags & 4) length += 2 + (bytes.length < 12 ? 0 : bytes.readUInt16LE(10));
  for (const flag of [8, 16]) {
    if (!(flags & flag)) continue;
    const end = bytes.length > length ? bytes.indexOf(0, length) : -1;
    if (end === -1 && bytes.length > mostHeaderBytes) throw gzipError('its header never ends');
    if (end === -1) return Math.max(length, bytes.length) + 1;
    length = end + 1;
  }
  return flags & 2 ? length + 2 : length;
}

const gzipError = (reason: string) => Object.assign(new Error(reason), { code: 'Z_DATA_ERROR' });

/** Compressed bytes that were read and not yet used. */
class PendingInput implements AsyncDisposable {
  bytes: Buffer = Buffer.alloc(0);
  readonly #chunks: AsyncIterator<Buffer>;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chunks.return?.();
  }

  skip(count: number): void {
    this.bytes = this.bytes.subarray(count);
  }

  /** Reads on; false at the end of the file. */
  async more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    this.bytes = this.bytes.length === 0 ? next.value : Buffer.concat([this.bytes, next.value]);
    return true;
  }

  async need(count: number): Promise<void> {
    while (this.bytes.length < count)
      if (!(await this.more())) throw gzipError('unexpected end of file');
  }

  async skipZeros(): Promise<void> {
    do {
      const end = this.bytes.findIndex((byte) => byte !== 0);
      this.skip(end === -1 ? this.bytes.length : end);
    } while (this.bytes.length === 0 && (await this.more()));
  }
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

/** Chunks of which the first can be looked at before all are read. */
export class PeekableChunks {
  readonly #chunks: AsyncGenerator<Buffer>;
  readonly #seen: Buffer[] = [];

  constructor(chunks: AsyncGenerator<Buffer>) {
    this.#chunks = chunks;
  }

  /** The first chunks, as many as are taken; `all` gives them again. */
  async *ahead(): AsyncGenerator<Buffer> {
    for (let next = await this.#chunks.next(); !next.done; next = await this.#chunks.next()) {
      this.#seen.push(next.value);
      yield next.value;
    }
  }

  /** Every chunk, once. Whoever stops early ends what they come from. */
  async *all(): AsyncGenerator<Buffer> {
    try {
      for (let seen = this.#seen.shift(); seen; seen = this.#seen.shift()) yield seen;
      yield* this.#chunks;
    } finally {
      await this.close();
    }
  }

  /** Ends what they come from. */
  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }
}
