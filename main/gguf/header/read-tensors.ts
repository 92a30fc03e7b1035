import { invalidGguf, truncatedGguf } from './gguf-error.ts';
import type { HeaderCursor } from './header-cursor.ts';
import { readName } from './read-metadata.ts';
import { findTensorType, tensorSizeBytes, tensorTypeName } from './tensor-types.ts';
import type { GgufValue } from './gguf-value.ts';

/** ggml keeps names in 64 bytes with a final zero. */
export const maxTensorNameBytes = 63;
const maxDimensions = 4;
const maxDimensionLength = 2 ** 31;

/** A tensor as the header lists it. */
export interface GgufTensor {
  name: string;
  /** Lengths in ggml order: `ne[0]` runs fastest; 1 to 4 of them. */
  ne: number[];
  /** A ggml type id; see tensor-types.ts. */
  type: number;
  /** From the start of the file that it lies in. */
  offsetBytes: number;
  sizeBytes: number;
  /** Which of the model's files it lies in, from 0 on. */
  part: number;
}

/** Reads `count` tensor entries; their offsets are still relative to the data section. */
export function readTensors(cursor: HeaderCursor, count: number): GgufTensor[] {
  const names = new Set<string>();
  const tensors: GgufTensor[] = [];
  for (let index = 0; index < count; index++) {
    const tensor = readTensor(cursor, index);
    if (names.has(tensor.name)) throw invalidGguf(`the tensor "${tensor.name}" occurs twice`);
    names.add(tensor.name);
    tensors.push(tensor);
  }
  return tensors;
}

function readTensor(cursor: HeaderCursor, index: number): GgufTensor {
  const name = readName(cursor, maxTensorNameBytes, `the name of tensor ${index}`);
  const what = `tensor "${name}"`;
  cursor.need(4, what);
  const dimensions = cursor.u32();
  if (dimensions < 1 || dimensions > maxDimensions)
    throw invalidGguf(`${what} has ${dimensions} dimensions, allowed are 1 to ${maxDimensions}`);
  cursor.need(dimensions * 8 + 12, what);
  const ne = Array.from({ length: dimensions }, () => cursor.u64());
  const type = cursor.u32();
  const offsetBytes = cursor.u64();
  return { name, ne, type, offsetBytes, sizeBytes: checkedSize(what, type, ne, cursor), part: 0 };
}

function checkedSize(what: string, type: number, ne: number[], cursor: HeaderCursor): number {
  for (const length of ne)
    if (length < 1 || length > maxDimensionLength)
      throw invalidGguf(`${what} has a dimension of ${length}, allowed are 1 to 2^31`);
  const known = findTensorType(type);
  if (!known) throw invalidGguf(`${what} has the unknown or removed tensor type ${type}`);
  if ((ne[0] ?? 1) % known.blockSize !== 0)
    throw invalidGguf(
      `${what} has rows of ${ne[0]}, no multiple of the ${known.name} block of ${known.blockSize}`,
    );
  const sizeBytes = tensorSizeBytes(type, ne);
  if (sizeBytes > BigInt(cursor.fileSizeBytes))
    throw truncatedGguf(
      `${what} (${tensorTypeName(type)}, ${ne.join(' x ')}) needs ${sizeBytes} bytes, ` +
        `the whole file has ${cursor.fileSizeBytes}`,
    );
  return Number(sizeBytes);
}

/**
 * Makes offsets absolute. Like ggml it wants each tensor right behind the one before, padded to
 * the alignment: so nothing overlaps, nothing hides in holes, and all lies inside the file.
 */
export function placeTensors(
  tensors: GgufTensor[],
  layout: { dataOffsetBytes: number; alignment: number; fileSizeBytes: number },
): GgufTensor[] {
  let expected = 0;
  return tensors.map((tensor) => {
    if (tensor.offsetBytes !== expected)
      throw invalidGguf(
        `tensor "${tensor.name}" lies at ${tensor.offsetBytes} of the data, expected is ${expected}`,
      );
    const offsetBytes = layout.dataOffsetBytes + tensor.offsetBytes;
    const end = offsetBytes + tensor.sizeBytes;
    if (end > layout.fileSizeBytes)
      throw truncatedGguf(
        `tensor "${tensor.name}" ends at byte ${end}, the file at ${layout.fileSizeBytes}`,
      );
    expected = padTo(expected + tensor.sizeBytes, layout.alignment);
    return { ...tensor, offsetBytes };
  });
}

const defaultAlignment = 32;
const maxAlignment = 2 ** 20;

/** The alignment in bytes from the value of `general.alignment`; 32 when the file has none. */
export function checkedAlignment(entry: GgufValue | undefined): number {
  if (!entry) return defaultAlignment;
  if (entry.type !== 'u32')
    throw invalidGguf(`general.alignment has the type ${entry.type} instead of u32`);
  const { value } = entry;
  if (value < 8 || value > maxAlignment || (value & (value - 1)) !== 0)
    throw invalidGguf(
      `general.alignment is ${value}, allowed are powers of two from 8 to ${maxAlignment}`,
    );
  return value;
}

/** The smallest multiple of `alignment` that is not below `position`. */
export const padTo = (position: number, alignment: number): number =>
  Math.ceil(position / alignment) * alignment;
