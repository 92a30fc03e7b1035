import { InputFileError, openInputFile } from '../input-files/input-file.ts';
import { checkedAlignment, padTo, placeTensors, readTensors } from './header/read-tensors.ts';
import { checkAdapter } from './check/check-adapter.ts';
import { checkHyperparameters } from './check/check-hyperparameters.ts';
import { checkValueTypes } from './check/check-value-types.ts';
import { checkVocabulary } from './check/check-vocabulary.ts';
import { GgufError, invalidGguf, truncatedGguf } from './header/gguf-error.ts';
import type { GgufFile } from './header/gguf-file.ts';
import { HeaderCursor } from './header/header-cursor.ts';
import { readMetadata } from './header/read-metadata.ts';

const magic = 0x46554747;
const maxTensors = 100_000;
const maxKeys = 10_000;

/**
 * Reads and validates the header of a GGUF file of version 2 or 3 without touching weights.
 * Every count, size and offset is checked against limits and the file size first, so a hostile
 * file is a `GgufError`: ggml itself aborts the process on some of them.
 */
export async function readGguf(path: string): Promise<GgufFile> {
  try {
    await using file = await openInputFile(path);
    return readHeader(new HeaderCursor(file.handle.fd, file.stats.size));
  } catch (error) {
    if (error instanceof GgufError) throw new GgufError(error.code, `${path}: ${error.message}`);
    throw unreadable(path, error);
  }
}

function readHeader(cursor: HeaderCursor): GgufFile {
  const { version, tensorCount, keyCount } = readCounts(cursor);
  const metadata = readMetadata(cursor, keyCount);
  const alignment = checkedAlignment(metadata.get('general.alignment'));
  const listed = readTensors(cursor, tensorCount);
  const { fileSizeBytes } = cursor;
  // Without tensors there is no data section, and ggml pads nothing.
  const dataOffsetBytes = tensorCount > 0 ? padTo(cursor.position, alignment) : cursor.position;
  const tensors = placeTensors(listed, { dataOffsetBytes, alignment, fileSizeBytes });
  const header = { metadata, tensors };
  checkValueTypes(header);
  checkAdapter(header);
  checkVocabulary(header);
  checkHyperparameters(header);
  return { version, alignment, metadata, tensors, dataOffsetBytes, fileSizeBytes };
}

function readCounts(cursor: HeaderCursor) {
  if (cursor.fileSizeBytes < 24)
    throw truncatedGguf(`it has ${cursor.fileSizeBytes} bytes, a header alone has 24`);
  cursor.need(24, 'the header');
  const foundMagic = cursor.u32();
  if (foundMagic !== magic)
    throw invalidGguf(
      `it starts with 0x${foundMagic.toString(16)} instead of "GGUF"; convert it with llama.cpp`,
    );
  const version = cursor.u32();
  if (version !== 2 && version !== 3)
    throw invalidGguf(
      `its version is ${version}, supported are 2 and 3 in little-endian byte order; convert it again`,
    );
  const tensorCount = cursor.u64();
  if (tensorCount > maxTensors)
    throw invalidGguf(`it claims ${tensorCount} tensors, allowed are ${maxTensors}`);
  const keyCount = cursor.u64();
  if (keyCount > maxKeys)
    throw invalidGguf(`it claims ${keyCount} metadata keys, allowed are ${maxKeys}`);
  return { version, tensorCount, keyCount };
}

function unreadable(path: string, cause: unknown): GgufError {
  if (cause instanceof InputFileError)
    return new GgufError('GGUF_UNREADABLE', cause.message, { cause });
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GgufError(
    'GGUF_UNREADABLE',
    `Cannot read ${path}: ${reason}. Check the path, the permissions and the disk.`,
    { cause },
  );
}
