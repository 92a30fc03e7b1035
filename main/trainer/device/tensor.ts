import { findTensorType } from '../../gguf/header/tensor-types.ts';
import type { TensorPtr } from '../ffi/pointers.ts';

/** Ids of the ggml element types that the trainer computes with (`enum ggml_type`, ggml.h). */
export const elementType = { f32: 0, f16: 1, q4_0: 2, i32: 26, bf16: 30 } as const;

/** Four extents in ggml order: `ne[0]` is contiguous, trailing ones are 1. */
export type Extents = readonly [number, number, number, number];

/** A handle on a ggml tensor with what shape checks need; valid as long as its context. */
export interface Tensor {
  readonly pointer: TensorPtr;
  readonly ne: Extents;
  /** Id of the element type. */
  readonly type: number;
  /** False for views with other strides, which most operations refuse. */
  readonly isContiguous: boolean;
  /** True also for views whose rows lie as one piece each, which products accept as first operand. */
  readonly hasDenseRows: boolean;
}

/** Fills up extents with ones; throws when there are none, more than four, or one is not a count. */
export function toExtents(ne: readonly number[]): Extents {
  const [first = 1, second = 1, third = 1, fourth = 1] = ne;
  const extents = [first, second, third, fourth] as const;
  if (ne.length === 0 || ne.length > 4 || !extents.every((n) => Number.isSafeInteger(n) && n > 0))
    throw new RangeError(`A tensor cannot have the extents [${ne.join(', ')}]`);
  return extents;
}

/** Number of elements. */
export const elementCount = (ne: Extents): number => ne[0] * ne[1] * ne[2] * ne[3];

/** Extents as text for messages. */
export const formatExtents = (ne: Extents): string => `[${ne.join(', ')}]`;

/** True when all four extents agree. */
export const haveSameExtents = (a: Extents, b: Extents): boolean =>
  a.every((extent, axis) => extent === b[axis]);

/** A handle on a tensor whose elements lie one after the other. */
export const contiguous = (pointer: TensorPtr, ne: Extents, type: number): Tensor => ({
  pointer,
  ne,
  type,
  isContiguous: true,
  hasDenseRows: true,
});

/** Bytes of `count` elements of a type; `count` is a multiple of its block. */
export function rowBytes(type: number, count: number): number {
  const found = findTensorType(type);
  if (!found) throw new Error(`ggml has no tensor type ${type}`);
  return (count / found.blockSize) * found.blockBytes;
}
