import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { decompressGzip, decompressZstd } from './decompress.ts';
import { ImportError } from '../sample/import-error.ts';

const readSizeBytes = 256 * 1024;

type Compression = 'none' | 'gzip' | 'zstd';

const foreignMagics: [hex: string, name: string][] = [
  ['377abcaf271c', 'a 7-Zip archive'],
  ['504b0304', 'a ZIP archive'],
  ['fd377a585a00', 'an xz file'],
  ['425a68', 'a bzip2 file'],
  ['fffe', 'UTF-16 text'],
  ['feff', 'UTF-16 text'],
];

/** The bytes of a file, decompressed when its first bytes say gzip or zstd. */
export class ByteSource {
  readonly totalBytes: number;
  readonly #path: string;
  readonly #compression: Compression;
  #stream: ReadStream | undefined;
  #damage: string | undefined;

  private constructor(path: string, totalBytes: number, compression: Compression) {
    this.#path = path;
    this.totalBytes = totalBytes;
    this.#compression = compression;
  }

  /** Opens a file by its content, whatever its name; throws `ImportError` when it cannot be read. */
  static async open(path: string): Promise<ByteSource> {
    try {
      await using file = await open(path, 'r');
      const stat = await file.stat();
      if (!stat.isFile()) throw new ImportError('FILE_UNREADABLE', `${path} is not a file.`);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
      const magic = buffer.toString('hex', 0, bytesRead);
      return new ByteSource(path, stat.size, compressionOf(path, magic));
    } catch (error) {
      throw asImportError(path, error);
    }
  }

  /** Bytes of the file as it lies on disk that were read so far. */
  get bytesRead(): number {
    return this.#stream?.bytesRead ?? 0;
  }

  /** Set after `chunks` ended early because the compressed data is cut off or corrupt. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** The decompressed bytes, once; damaged compressed data ends them early and sets `damage`. */
  async *chunks(): AsyncGenerator<Buffer> {
    this.#stream = createReadStream(this.#path, { highWaterMark: readSizeBytes });
    const raw: AsyncIterable<Buffer> = this.#stream;
    if (this.#compression === 'none') {
      yield* raw;
      return;
    }
    const decompress = this.#compression === 'gzip' ? decompressGzip : decompressZstd;
    try {
      yield* decompress(raw);
    } catch (error) {
      if (!isDecompressionError(error)) throw error;
      this.#damage = `the ${this.#compression} data is cut off or corrupt (${error.message})`;
    }
  }
}

function compressionOf(path: string, magicHex: string): Compression {
  if (magicHex.startsWith('1f8b')) return 'gzip';
  // A zstd file may also open with a skippable frame, 0x184D2A50 to 0x184D2A5F in little endian.
  if (magicHex.startsWith('28b52ffd') || /^5.2a4d18/.test(magicHex)) return 'zstd';
  const foreign = foreignMagics.find(([hex]) => magicHex.startsWith(hex));
  if (!foreign) return 'none';
  throw new ImportError(
    'FILE_FORMAT_UNKNOWN',
    `${path} is ${foreign[1]}. Supported are UTF-8 text files, plain or compressed with gzip or ` +
      `zstd: unpack or convert it first.`,
  );
}

function isDecompressionError(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || code.startsWith('ZSTD_');
}

function asImportError(path: string, error: unknown): ImportError {
  if (error instanceof ImportError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ImportError('FILE_UNREADABLE', `${path} cannot be opened: ${reason}`, {
    cause: error,
  });
}
