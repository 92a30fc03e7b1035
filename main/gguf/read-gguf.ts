import { modelPart, modelPartPaths, modelPath } from '../../shared/domain/model/model-parts.ts';
import { InputFileError, openInputFile } from '../input-files/input-file.ts';
import { checkedAlignment, padTo, placeTensors, readTensors } from './header/read-tensors.ts';
import { checkAdapter } from './check/check-adapter.ts';
import { checkHyperparameters } from './check/check-hyperparameters.ts';
import { checkValueTypes } from './check/check-value-types.ts';
import { checkVocabulary } from './check/check-vocabulary.ts';
import { GgufError, invalidGguf, truncatedGguf } from './header/gguf-error.ts';
import type { GgufFile } from './header/gguf-file.ts';
import { HeaderCursor } from './header/header-cursor.ts';
import { type FileHeader, PartJoiner } from './header/join-parts.ts';
import { readMetadata } from './header/read-metadata.ts';

const magic = 0x46554747;
const maxTensors = 100_000;
const maxKeys = 10_000;

/**
 * Reads and validates the header of a GGUF file of version 2 or 3 without touching weights; the name
 * of any part of a split model leads to all of it. Every count, size and offset is checked against
 * limits and the file size first, so a hostile file is a `GgufError`: ggml itself aborts the process
 * on some of them.
 */
export async function readGguf(path: string): Promise<GgufFile> {
  const joiner = new PartJoiner();
  for (const partPath of modelPartPaths(path)) await readPart(partPath, joiner);
  return named(modelPath(path), () => {
    const file = joiner.join();
    checkAdapter(file);
    checkVocabulary(file);
    checkHyperparameters(file);
    return file;
  });
}

async function readPart(path: string, joiner: PartJoiner): Promise<void> {
  try {
    await using file = await openInputFile(path);
    named(path, () =>
      joiner.add(path, readHeader(new HeaderCursor(file.handle.fd, file.stats.size))),
    );
  } catch (error) {
    throw error instanceof GgufError ? error : unreadable(path, error);
  }
}

/** What is wrong with a file names it. */
function named<Result>(path: string, check: () => Result): Result {
  try {
    return check();
  } catch (error) {
    if (error instanceof GgufError) throw new GgufError(error.code, `${path}: ${error.message}`);
    throw error;
  }
}

function readHeader(cursor: HeaderCursor): FileHeader {
  const { version, tensorCount, keyCount } = readCounts(cursor);
  const metadata = readMetadata(cursor, keyCount);
  const alignment = checkedAlignment(metadata.get('general.alignment'));
  const listed = readTensors(cursor, tensorCount);
  const { fileSizeBytes } = cursor;
  // Without tensors there is no data section, and ggml pads nothing.
  const dataOffsetBytes = tensorCount > 0 ? padTo(cursor.position, alignment) : cursor.position;
  const tensors = placeTensors(listed, { dataOffsetBytes, alignment, fileSizeBytes });
  checkValueTypes({ metadata });
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
    return new GgufError('GGUF_UNREADABLE', cause.message + missingPart(path, cause), { cause });
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new GgufError(
    'GGUF_UNREADABLE',
    `Cannot read ${path}: ${reason.replace(/\.$/, '')}. Check the path, the permissions and the disk.`,
    { cause },
  );
}

function missingPart(path: string, { code }: InputFileError): string {
  const part = modelPart(path);
  if (!part || code !== 'FILE_NOT_FOUND') return '';
  return `: it is part ${part.number} of ${part.count} of the model. Put all parts into one folder.`;
}
