import {
  contiguous,
  elementType,
  formatExtents,
  haveSameExtents,
  type Extents,
  type Tensor,
} from '../device/tensor.ts';
import type { TensorPtr } from '../ffi/pointers.ts';

/**
 * Refuses operands before ggml sees them: there a wrong shape is an assertion that ends the
 * process. Throws an Error, since only a bug of the trainer can cause it.
 */
export function requireShapes(isValid: boolean, operation: string, ...operands: Tensor[]): void {
  if (isValid) return;
  const shapes = operands.map(
    ({ ne, type, isContiguous }) =>
      `${formatExtents(ne)} of type ${type}${isContiguous ? '' : ' (view)'}`,
  );
  throw new Error(`${operation} cannot take ${shapes.join(' and ')}`);
}

/** Whether all are F32 and contiguous. */
export const areFloats = (...tensors: Tensor[]): boolean =>
  tensors.every(({ type, isContiguous }) => type === elementType.f32 && isContiguous);

/** Whether both are F32, contiguous and of equal extents. */
export const areFloatsAlike = (a: Tensor, b: Tensor): boolean =>
  haveSameExtents(a.ne, b.ne) && areFloats(a, b);

/** Whether ggml repeats `small` to the extents of `large`. */
export const isRepeatable = (small: Extents, large: Extents): boolean =>
  large.every((extent, axis) => extent % (small[axis] ?? 1) === 0);

/** The result of an operation: F32, contiguous. */
export const floats = (pointer: TensorPtr, ne: Extents): Tensor =>
  contiguous(pointer, ne, elementType.f32);
