import type { ContextPtr, TensorPtr } from '../ffi/pointers.ts';
import type { GgmlFunctions } from '../ffi/symbols.ts';
import { requireShapes } from './shapes.ts';
import {
  elementCount,
  elementType,
  type Extents,
  haveSameExtents,
  rowBytes,
  type Tensor,
  toExtents,
} from '../device/tensor.ts';

const { f32 } = elementType;

const tensorRowBytes = ({ type, ne }: Tensor) => rowBytes(type, ne[0]);

/**
 * Operations that move, join and view elements without computing with them, each with the checks
 * that ggml would abort on. Extents are in ggml order (ne0 first).
 */
export class LayoutOps {
  protected readonly ggml: GgmlFunctions;
  protected readonly context: ContextPtr;

  constructor(ggml: GgmlFunctions, context: ContextPtr) {
    this.ggml = ggml;
    this.context = context;
  }

  /** The same elements under other extents. */
  reshape(a: Tensor, ...ne: number[]): Tensor {
    const extents = toExtents(ne);
    requireShapes(a.isContiguous && elementCount(a.ne) === elementCount(extents), 'reshape', a);
    const pointer = this.ggml.ggml_reshape_4d(this.context, a.pointer, ...extents);
    return { ...a, pointer, ne: extents };
  }

  /** A view whose axis `axes[i]` is axis i of a. */
  permute(a: Tensor, axes: readonly [number, number, number, number]): Tensor {
    const ne: [number, number, number, number] = [1, 1, 1, 1];
    for (const [from, to] of axes.entries()) ne[to] = a.ne[from] ?? 1;
    const pointer = this.ggml.ggml_permute(this.context, a.pointer, ...axes);
    return { pointer, ne, type: a.type, isContiguous: false, hasDenseRows: false };
  }

  /** A view with ne0 and ne1 swapped. */
  transpose(a: Tensor): Tensor {
    return this.permute(a, [1, 0, 2, 3]);
  }

  /** The elements of a view, copied so that they lie one after the other. */
  cont(a: Tensor): Tensor {
    const pointer = this.ggml.ggml_cont(this.context, a.pointer);
    return { pointer, ne: a.ne, type: a.type, isContiguous: true, hasDenseRows: true };
  }

  /** The elements of a tensor or view as another element type, contiguous. */
  cast(a: Tensor, type: number): Tensor {
    const pointer = this.ggml.ggml_cast(this.context, a.pointer, type);
    return { pointer, ne: a.ne, type, isContiguous: true, hasDenseRows: true };
  }

  /** Columns of b after those of a: [n, p] and [n, q] → [n, p + q]. */
  concatColumns(a: Tensor, b: Tensor): Tensor {
    requireShapes(a.ne[0] === b.ne[0] && this.areFloats(a, b), 'concatColumns', a, b);
    // As slices of one row each: over those ggml spreads the work.
    const [first, second] = [this.#asSlices(a), this.#asSlices(b)];
    const pointer = this.ggml.ggml_concat(this.context, first.pointer, second.pointer, 2);
    const ne: Extents = [a.ne[0], 1, a.ne[1] + b.ne[1], 1];
    return this.reshape(this.result(pointer, ne), a.ne[0], a.ne[1] + b.ne[1]);
  }

  /** `count` rows of each matrix of a [n, rows, matrices] from row `first` on, as a view. */
  rows(a: Tensor, first: number, count: number): Tensor {
    requireShapes(first + count <= a.ne[1] && a.isContiguous && a.ne[3] === 1, 'rows', a);
    return this.#part(a, [a.ne[0], count, a.ne[2], 1], first * tensorRowBytes(a));
  }

  /** Elements `first` to `first + length` of each row of a [n, rows, matrices], as a view. */
  rowParts(a: Tensor, first: number, length: number): Tensor {
    requireShapes(first + length <= a.ne[0] && a.isContiguous && a.ne[3] === 1, 'rowParts', a);
    return this.#part(a, [length, a.ne[1], a.ne[2], 1], rowBytes(a.type, first));
  }

  #part(a: Tensor, ne: Extents, offsetBytes: number): Tensor {
    const rowStride = tensorRowBytes(a);
    const strides = [rowStride, rowStride * a.ne[1], offsetBytes] as const;
    const { pointer } = a;
    const view = this.ggml.ggml_view_3d(this.context, pointer, ne[0], ne[1], ne[2], ...strides);
    const isContiguous = haveSameExtents(ne, a.ne);
    return { pointer: view, ne, type: a.type, isContiguous, hasDenseRows: true };
  }

  /** Adds b to elements `first` and on of each row of a, where a lies; the result stands for a. */
  addToRowParts(a: Tensor, b: Tensor, first: number): Tensor {
    const fits = first + b.ne[0] <= a.ne[0] && b.ne[1] === a.ne[1] && b.ne[2] === a.ne[2];
    requireShapes(fits && this.areFloats(a, b), 'addToRowParts', a, b);
    const rowStride = tensorRowBytes(a);
    const matrixStride = rowStride * a.ne[1];
    const offsetBytes = rowBytes(a.type, first);
    const strides = [rowStride, matrixStride, matrixStride * a.ne[2], offsetBytes] as const;
    const { pointer } = a;
    const sum = this.ggml.ggml_acc_inplace(this.context, pointer, b.pointer, ...strides);
    return this.result(sum, a.ne);
  }

  /** A contiguous view on columns `first` to `first + count` of a [n, columns]. */
  columns(a: Tensor, first: number, count: number): Tensor {
    requireShapes(first + count <= a.ne[1] && this.areFloats(a), 'columns', a);
    const stride = a.ne[0] * Float32Array.BYTES_PER_ELEMENT;
    const args = [a.ne[0], count, stride, first * stride] as const;
    const pointer = this.ggml.ggml_view_2d(this.context, a.pointer, ...args);
    return this.result(pointer, [a.ne[0], count, 1, 1]);
  }

  /** A contiguous view on the elements from `first` on of a contiguous tensor, as these extents. */
  stretch(a: Tensor, first: number, ...ne: number[]): Tensor {
    const extents = toExtents(ne);
    const fits = first + elementCount(extents) <= elementCount(a.ne) && extents[3] === 1;
    requireShapes(fits && this.areFloats(a), 'stretch', a);
    const [length, rows, matrices] = extents;
    const strides = [rowBytes(f32, length), rowBytes(f32, length * rows)] as const;
    const from = [a.pointer, length, rows, matrices, ...strides, rowBytes(f32, first)] as const;
    return this.result(this.ggml.ggml_view_3d(this.context, ...from), extents);
  }

  /** Elements `first` to `first + length` of each column of a [n, columns], copied. */
  section(a: Tensor, first: number, length: number): Tensor {
    const fits = first + length <= a.ne[0] && a.ne[2] === 1;
    requireShapes(fits && this.areFloats(a), 'section', a);
    const stride = tensorRowBytes(a);
    const offset = first * Float32Array.BYTES_PER_ELEMENT;
    const args = [length, a.ne[1], stride, offset] as const;
    const pointer = this.ggml.ggml_view_2d(this.context, a.pointer, ...args);
    const ne: Extents = [length, a.ne[1], 1, 1];
    return this.cont({ pointer, ne, type: f32, isContiguous: false, hasDenseRows: true });
  }

  /** Columns of b below those of a: [p, n] and [q, n] → [p + q, n]. */
  concatSections(a: Tensor, b: Tensor): Tensor {
    const fits = a.ne[1] === b.ne[1] && a.ne[2] === 1 && b.ne[2] === 1;
    requireShapes(fits && this.areFloats(a, b), 'concatSections', a, b);
    const pointer = this.ggml.ggml_concat(this.context, a.pointer, b.pointer, 0);
    return this.result(pointer, [a.ne[0] + b.ne[0], a.ne[1], 1, 1]);
  }

  /** Copies the elements of a tensor or view into b; the result stands for b. */
  copy(a: Tensor, b: Tensor): Tensor {
    requireShapes(haveSameExtents(a.ne, b.ne) && b.isContiguous, 'copy', a, b);
    return { ...b, pointer: this.ggml.ggml_cpy(this.context, a.pointer, b.pointer) };
  }

  /** An F32 tensor that lies contiguously. */
  protected result(pointer: TensorPtr, ne: Extents): Tensor {
    return { pointer, ne, type: f32, isContiguous: true, hasDenseRows: true };
  }

  #asSlices(a: Tensor): Tensor {
    return this.reshape(a, a.ne[0], 1, a.ne[1]);
  }

  /** Whether both are F32, contiguous and of equal extents. */
  protected areTwins(a: Tensor, b: Tensor): boolean {
    return haveSameExtents(a.ne, b.ne) && this.areFloats(a, b);
  }

  /** Whether all are F32 and contiguous. */
  protected areFloats(...tensors: Tensor[]): boolean {
    return tensors.every(({ type, isContiguous }) => type === f32 && isContiguous);
  }
}
