import { createHash, type Hash } from 'node:crypto';
import { rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openSideFile } from '../../side-files/side-file.ts';
import { checkedAlignment, padTo, maxTensorNameBytes } from '../header/read-tensors.ts';
import { encodeHeader } from './encode-header.ts';
import type { GgufContent, GgufStream, TensorStream, TensorToWrite } from './gguf-content.ts';
import { tensorSizeBytes, tensorTypeName } from '../header/tensor-types.ts';
import { syncFolder } from '../../side-files/sync-folder.ts';

const writeChunkBytes = 16 * 1024 * 1024;

/**
 * Writes a GGUF file of version 3: under a temporary name, synced to disk, then renamed to
 * `path`, so that a crash leaves either the old file or the complete new one.
 */
export async function writeGguf(
  path: string,
  content: GgufContent,
): Promise<{ sizeBytes: number; sha256: string }> {
  for (const tensor of content.tensors) requireWritable(tensor);
  const tensors = content.tensors.map(({ data, ...tensor }) => ({
    ...tensor,
    chunks: () => [data],
  }));
  return await writeGgufStream(path, { metadata: content.metadata, tensors });
}

/** Like `writeGguf`, with tensors made while they are written. */
export async function writeGgufStream(
  path: string,
  content: GgufStream,
): Promise<{ sizeBytes: number; sha256: string }> {
  const encoded = encode(content);
  const partialPath = `${path}.${process.pid}.partial`;
  const file = await openSideFile(partialPath);
  try {
    const written = await writeSynced(file, encoded);
    await rename(partialPath, path);
    await syncFolder(dirname(path));
    return written;
  } catch (error) {
    await rm(partialPath, { force: true });
    throw error;
  }
}

/** Size and hash of the file that `writeGgufStream` would write. */
export const hashGgufStream = async (
  content: GgufStream,
): Promise<{ sizeBytes: number; sha256: string }> =>
  await writeTo({ writeFile: () => Promise.resolve() }, encode(content));

/** Content with its header, whose tensors follow it at multiples of the alignment. */
interface EncodedGguf {
  content: GgufStream;
  header: Uint8Array;
  alignment: number;
}

function encode(content: GgufStream): EncodedGguf {
  const alignment = checkedAlignment(
    content.metadata.find(({ key }) => key === 'general.alignment'),
  );
  for (const { name } of content.tensors) requireShortName(name);
  return { content, header: encodeHeader(content, alignment), alignment };
}

async function writeTo(sink: Sink, { content, header, alignment }: EncodedGguf) {
  const output = new HashedOutput(sink);
  await output.write(header);
  for (const tensor of content.tensors) {
    await output.padTo(alignment);
    await writeTensor(output, tensor);
  }
  if (content.tensors.length > 0) await output.padTo(alignment);
  return { sizeBytes: output.sizeBytes, sha256: output.sha256() };
}

async function writeSynced(
  file: FileHandle,
  encoded: EncodedGguf,
): Promise<{ sizeBytes: number; sha256: string }> {
  try {
    const written = await writeTo(file, encoded);
    await file.sync();
    return written;
  } finally {
    await file.close();
  }
}

async function writeTensor(output: HashedOutput, tensor: TensorStream): Promise<void> {
  const start = output.sizeBytes;
  for await (const chunk of tensor.chunks()) await output.write(chunk);
  requireSize(tensor, output.sizeBytes - start);
}

type Sink = { writeFile: (chunk: Uint8Array) => Promise<unknown> };

class HashedOutput {
  readonly #sink: Sink;
  readonly #hash: Hash = createHash('sha256');
  sizeBytes = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  async write(data: Uint8Array): Promise<void> {
    for (let start = 0; start < data.length; start += writeChunkBytes) {
      const chunk = data.subarray(start, start + writeChunkBytes);
      this.#hash.update(chunk);
      await this.#sink.writeFile(chunk);
      this.sizeBytes += chunk.length;
    }
  }

  async padTo(alignment: number): Promise<void> {
    await this.write(new Uint8Array(padTo(this.sizeBytes, alignment) - this.sizeBytes));
  }

  sha256(): string {
    return this.#hash.digest('hex');
  }
}

function requireWritable(tensor: TensorToWrite): void {
  requireShortName(tensor.name);
  requireSize(tensor, tensor.data.length);
}

function requireShortName(name: string): void {
  if (Buffer.byteLength(name) > maxTensorNameBytes)
    throw new RangeError(`The tensor name "${name}" is longer than ${maxTensorNameBytes} bytes`);
}

function requireSize(
  { name, ne, type }: Pick<TensorStream, 'name' | 'ne' | 'type'>,
  sizeBytes: number,
): void {
  const expected = tensorSizeBytes(type, ne);
  if (BigInt(sizeBytes) !== expected)
    throw new RangeError(
      `Tensor "${name}" (${tensorTypeName(type)}, ${ne.join(' x ')}) needs ${expected} bytes ` +
        `and got ${sizeBytes}`,
    );
}
