import { z } from 'zod';
import { openInputFile, type InputFile } from '../../input-files/input-file.ts';
import { unusable } from './adapter-source.ts';

const mostHeaderBytes = 16 * 1024 * 1024;

const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().min(1)),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
});

/** A tensor of a safetensors file. */
export interface SafeTensor {
  name: string;
  /** In PyTorch's order: the last extent runs fastest. */
  shape: readonly number[];
  read: () => Promise<Float32Array>;
}

/** Bytes of an element, and how an array of them becomes floats. */
const types: Record<string, { bytes: number; toFloats: (bytes: Uint8Array) => Float32Array }> = {
  F32: { bytes: 4, toFloats: (bytes) => new Float32Array(bytes.buffer) },
  F16: { bytes: 2, toFloats: (bytes) => Float32Array.from(new Float16Array(bytes.buffer)) },
  BF16: {
    bytes: 2,
    toFloats: (bytes) =>
      new Float32Array(
        Uint32Array.from(new Uint16Array(bytes.buffer), (half) => half << 16).buffer,
      ),
  },
};

/** Where a header has names and texts beside the tensors. */
const metadataKey = '__metadata__';
const metadataSchema = z.record(z.string(), z.string());

/** A safetensors file that is open. */
interface Safetensors {
  tensors: SafeTensor[];
  metadata: Record<string, string>;
}

/** The tensors of a safetensors file with 32- or 16-bit floats; the file stays open until disposed of. */
export async function openSafetensors(path: string): Promise<Safetensors & AsyncDisposable> {
  const file = await openInputFile(path);
  try {
    return {
      ...(await readHeader(path, file)),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

async function readHeader(path: string, file: InputFile): Promise<Safetensors> {
  const { size } = file.stats;
  const start = Buffer.from(size < 8 ? Buffer.alloc(8) : await readAt(path, file, [0, 8]));
  const length = Number(start.readBigUInt64LE(0));
  if (length < 2 || length > mostHeaderBytes || 8 + length > size)
    throw unusable(path, 'it is no safetensors file, or an incomplete one.');
  const text = Buffer.from(await readAt(path, file, [8, 8 + length])).toString('utf8');
  const header = parseHeader(path, text);
  const tensors = Object.entries(header)
    .filter(([name]) => name !== metadataKey)
    .map(([name, value]) => {
      const parsed = tensorSchema.safeParse(value);
      const {
        dtype,
        shape,
        data_offsets: [from, to],
      } = parsed.data ?? { dtype: '', shape: [], data_offsets: [0, 0] };
      const type = types[dtype];
      if (!parsed.success || !type)
        throw unusable(
          path,
          `its tensor ${name} is of type ${dtype || 'unknown'}; readable are ${Object.keys(types).join(', ')}.`,
        );
      const expected = shape.reduce((product, extent) => product * extent, type.bytes);
      if (to - from !== expected || 8 + length + to > size)
        throw unusable(
          path,
          `its tensor ${name} has ${to - from} bytes where ${expected} belong, or ends after the file.`,
        );
      const place = [8 + length + from, 8 + length + to] as const;
      return { name, shape, read: async () => type.toFloats(await readAt(path, file, place)) };
    });
  return { tensors, metadata: metadataSchema.safeParse(header[metadataKey]).data ?? {} };
}

function parseHeader(path: string, text: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw unusable(path, 'its header is no JSON object: it is no safetensors file, or damaged.');
  }
}

async function readAt(
  path: string,
  { handle }: InputFile,
  [from, to]: readonly [number, number],
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(to - from);
  for (let filled = 0; filled < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) throw unusable(path, 'it ends before its tensors do.');
    filled += bytesRead;
  }
  return bytes;
}
