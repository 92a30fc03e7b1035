import { findTensorType } from '../../gguf/tensor-types.ts';

/** Bytes of `count` elements of a type; `count` is a multiple of its block. */
export function rowBytes(type: number, count: number): number {
  const found = findTensorType(type);
  if (!found) throw new Error(`ggml has no tensor type ${type}`);
  return (count / found.blockSize) * found.blockBytes;
}
