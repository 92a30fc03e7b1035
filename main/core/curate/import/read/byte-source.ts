import type { ReadStream } from 'node:fs';
import type { TextEncodingLabel } from '../../../../../shared/contract/curate.ts';
import {
  InputFileError,
  openInputFile,
  type InputFile,
} from '../../../../input-files/input-file.ts';
import { detectEncoding, toUtf8, type TextEncoding } from './encoding.ts';
import { decompressGzip, decompressZstd, PeekableChunks } from './decompress.ts';
import { formatBytes } from '../../../../../shared/text/numbers.ts';
import { ImportError, ReadLimitError } from '../sample/import-error.ts';
import { isVolumeName } from './seven-zip/start-header.ts';
import { UnpackedPosts } from './seven-zip/unpacked-posts.ts';

const readSizeBytes = 256 * 1024;

/** How far the text is looked into for characters that tell its encoding. */
const maxSampleBytes = 4 * 1024 * 1024;

type Compression = 'none' | 'gzip' | 'zstd' | '7z';

/**
 * What may come out of a compressed file. Text of people shrinks to a third or a tenth, repeated
 * records to a fiftieth; gzip alone makes a thousandth of nothing but line ends.
 */
const maxExpansion = { ratio: 250, freeBytes: 64 * 1024 ** 2, totalBytes: 1024 ** 4 };

const foreignMagics: [hex: string, name: string][] = [
  ['377abcaf271c', 'a 7-Zip archive'],
  ['504b0304', 'a ZIP archive'],
  ['fd377a585a00', 'an xz file'],
  ['425a68', 'a bzip2 file'],
  ['526172211a07', 'a RAR archive'],
  ['25504446', 'a PDF file'],
  ['50415231', 'a Parquet file'],
  ['53514c697465', 'a SQLite database'],
  ['47475546', 'a GGUF model'],
  ['4152524f5731', 'an Arrow file'],
  ['ffffffff', 'an Arrow stream'],
  ['04224d18', 'an LZ4 file'],
  ['1f9d', 'a file of compress'],
  ['1f8b', 'packed twice'],
  ['89504e47', 'a PNG picture'],
  ['ffd8ff', 'a JPEG picture'],
  ['d0cf11e0', 'a document of Office'],
];

/**
 * The bytes of a file, decompressed when its first bytes say gzip or zstd; of a 7-Zip archive those
 * of its `Posts.xml`.
 */
export class ByteSource {
  readonly totalBytes: number;
  readonly #path: string;
  readonly #compression: Compression;
  #stream: ReadStream | undefined;
  #archive: UnpackedPosts | undefined;
  #unpackedBytes: number | undefined;
  #damage: string | undefined;
  #encoding: TextEncoding | undefined;
  /** An archive that was begun for a sample goes on from there: its start may be far inside. */
  #begun: PeekableChunks | undefined;

  private constructor(path: string, totalBytes: number, compression: Compression) {
    this.#path = path;
    this.totalBytes = totalBytes;
    this.#compression = compression;
  }

  /**
   * Opens a file by its content, whatever its name, in the encoding that is given or else told from
   * its text; throws `ImportError` when it cannot be read.
   */
  static async open(path: string, encoding?: TextEncodingLabel): Promise<ByteSource> {
    let source: ByteSource | undefined;
    try {
      await using file = await openInputFile(path);
      const { buffer, bytesRead } = await file.handle.read(Buffer.alloc(6), 0, 6, 0);
      const magic = buffer.toString('hex', 0, bytesRead);
      source = new ByteSource(path, file.stats.size, compressionOf(magic, path));
      const sample = await source.#sample();
      refuseForeign(path, sample);
      source.#encoding = encoding
        ? { label: encoding, isGuessed: false }
        : detectEncoding(path, sample);
      return source;
    } catch (error) {
      if (source) await source.#begun?.close();
      throw asImportError(path, error);
    }
  }

  /** Bytes of the file as it lies on disk that were read so far, or need not be read. */
  get bytesRead(): number {
    return this.#archive?.bytesRead ?? this.#stream?.bytesRead ?? 0;
  }

  /** Bytes that came out of a compressed file so far; `undefined` for a plain one. */
  get unpackedBytes(): number | undefined {
    return this.#unpackedBytes;
  }

  /** Set after `chunks` ended because the compressed data is cut off or corrupt. */
  get damage(): string | undefined {
    return this.#damage;
  }

  /** Whether the bytes of the file are those of the text, so that a place in one is one in the other. */
  get isPlain(): boolean {
    return this.#compression === 'none' && this.encoding === undefined;
  }

  /** What the text was encoded in, where it was not UTF-8. */
  get encoding(): TextEncoding | undefined {
    return this.#encoding?.label === 'utf-8' ? undefined : this.#encoding;
  }

  /**
   * The decompressed bytes as UTF-8, once; damaged compressed data ends them early and sets
   * `damage`. What is added to the file meanwhile is not read. A chunk may be empty, where only
   * `bytesRead` grew. Throws ReadLimitError for a decompression bomb. Of an archive they are to be
   * read or returned from, since a thread waits for that.
   */
  async *chunks(): AsyncGenerator<Buffer> {
    const bytes = this.#bytes();
    yield* this.encoding ? toUtf8(bytes, this.encoding) : bytes;
  }

  /** The start of the file, as far as the first text that is not ASCII. */
  async #sample(): Promise<Buffer> {
    const parts: Buffer[] = [];
    let read = 0;
    for await (const chunk of this.#probe()) {
      const isPlain = chunk.every((byte) => byte < 0x80);
      if (read === 0 || !isPlain) parts.push(chunk);
      read += chunk.length;
      if (!isPlain || read >= maxSampleBytes) break;
    }
    return Buffer.concat(parts);
  }

  #probe(): AsyncGenerator<Buffer> {
    if (this.#compression !== '7z')
      return new ByteSource(this.#path, this.totalBytes, this.#compression).#bytes();
    this.#begun = new PeekableChunks(this.#unpackArchive());
    return this.#begun.ahead();
  }

  async *#bytes(): AsyncGenerator<Buffer> {
    if (this.#compression === '7z') yield* this.#begun?.all() ?? this.#unpackArchive();
    else yield* this.#bytesOfFile(this.#compression);
  }

  async *#bytesOfFile(compression: Exclude<Compression, '7z'>): AsyncGenerator<Buffer> {
    await using file = await this.#reopen();
    if (this.totalBytes === 0) return;
    const end = this.totalBytes - 1;
    this.#stream = file.handle.createReadStream({ highWaterMark: readSizeBytes, start: 0, end });
    const raw: AsyncIterable<Buffer> = this.#stream;
    if (compression === 'none') yield* raw;
    else yield* this.#unpack(raw, compression);
  }

  async #reopen(): Promise<InputFile> {
    try {
      return await openInputFile(this.#path);
    } catch (error) {
      throw asImportError(this.#path, error);
    }
  }

  async *#unpackArchive(): AsyncGenerator<Buffer> {
    this.#archive = new UnpackedPosts(this.#path, this.totalBytes);
    yield* this.#counted(this.#archive.chunks());
    this.#damage = this.#archive.damage;
  }

  async *#unpack(
    raw: AsyncIterable<Buffer>,
    compression: Exclude<Compression, 'none' | '7z'>,
  ): AsyncGenerator<Buffer> {
    const decompress = compression === 'gzip' ? decompressGzip : decompressZstd;
    try {
      yield* this.#counted(decompress(raw));
    } catch (error) {
      if (!isDecompressionError(error)) throw error;
      this.#damage = `the ${compression} data is cut off or corrupt (${error.message})`;
    }
  }

  async *#counted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let unpackedBytes = 0;
    for await (const chunk of chunks) {
      unpackedBytes += chunk.length;
      this.#unpackedBytes = unpackedBytes;
      this.#refuseBomb(unpackedBytes);
      yield chunk;
    }
  }

  #refuseBomb(unpackedBytes: number): void {
    const { ratio, freeBytes, totalBytes } = maxExpansion;
    const packedBytes = this.#archive?.packedBytes ?? this.bytesRead;
    const allowedBytes = Math.min(Math.max(freeBytes, ratio * packedBytes), totalBytes);
    if (unpackedBytes <= allowedBytes) return;
    const grown = Math.floor(unpackedBytes / Math.max(1, packedBytes));
    throw new ReadLimitError(
      undefined,
      `it unpacks to ${formatBytes(unpackedBytes)} and more, ${grown} times what was read of it: ` +
        `no data set is that empty. If you trust it, unpack it and use the plain file.`,
    );
  }
}

function compressionOf(magicHex: string, path: string): Compression {
  // Volumes but the first begin anywhere in the archive.
  if (magicHex === '377abcaf271c' || isVolumeName(path)) return '7z';
  if (magicHex.startsWith('1f8b')) return 'gzip';
  // A zstd file may also open with a skippable frame, 0x184D2A50 to 0x184D2A5F in little endian.
  if (magicHex.startsWith('28b52ffd') || /^5.2a4d18/.test(magicHex)) return 'zstd';
  return 'none';
}

/** Throws `ImportError` for what begins as something that cannot be read, packed or not. */
function refuseForeign(path: string, head: Buffer): void {
  const hex = head.toString('hex', 0, 6);
  const isTar = head.toString('latin1', 257, 262) === 'ustar';
  const kind = isTar
    ? 'a tar archive'
    : foreignMagics.find(([magic]) => hex.startsWith(magic))?.[1];
  if (kind === undefined) return;
  throw new ImportError(
    'FILE_FORMAT_UNKNOWN',
    `${path} is ${kind}. Supported are text files, plain or compressed with gzip or zstd, and a ` +
      `Posts.xml in a 7-Zip archive: unpack or convert it first.`,
  );
}

function isDecompressionError(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('Z_') || code.startsWith('ZSTD_');
}

function asImportError(path: string, error: unknown): ImportError {
  if (error instanceof ImportError) return error;
  if (error instanceof InputFileError)
    return new ImportError(error.code, error.message, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new ImportError('FILE_UNREADABLE', `${path} cannot be opened: ${reason}`, {
    cause: error,
  });
}
