import type { ComputeGraph } from '../device/compute-graph.ts';
import {
  contiguous,
  elementCount,
  elementType,
  haveSameExtents,
  rowBytes,
  toExtents,
  type Extents,
  type Tensor,
} from '../device/tensor.ts';
import { areFloats, floats, requireShapes } from './shapes.ts';

// Operations that view, move, join, gather and scatter elements without computing with them.
// Extents are in ggml order: ne0 counts the columns of a row, ne1 rows, ne2 matrices.

const { f32, i32 } = elementType;

/** The same elements under other extents. */
export function reshape(graph: ComputeGraph, a: Tensor, ...ne: number[]): Tensor {
  const extents = toExtents(ne);
  requireShapes(a.isContiguous && elementCount(a.ne) === elementCount(extents), 'reshape', a);
  const pointer = graph.ggml.ggml_reshape_4d(graph.context, a.pointer, ...extents);
  return { ...a, pointer, ne: extents };
}

/** A view whose axis `axes[i]` is axis i of a. */
export function permute(
  graph: ComputeGraph,
  a: Tensor,
  axes: readonly [number, number, number, number],
): Tensor {
  const ne: [number, number, number, number] = [1, 1, 1, 1];
  for (const [from, to] of axes.entries()) ne[to] = a.ne[from] ?? 1;
  const pointer = graph.ggml.ggml_permute(graph.context, a.pointer, ...axes);
  return { pointer, ne, type: a.type, isContiguous: false, hasDenseRows: false };
}

/** A view with ne0 and ne1 swapped. */
export const transpose = (graph: ComputeGraph, a: Tensor): Tensor =>
  permute(graph, a, [1, 0, 2, 3]);

/** The elements of a view, copied so that they lie one after the other. */
export function cont(graph: ComputeGraph, a: Tensor): Tensor {
  return contiguous(graph.ggml.ggml_cont(graph.context, a.pointer), a.ne, a.type);
}

/** The elements of a tensor or view as another element type, contiguous. */
export function cast(graph: ComputeGraph, a: Tensor, type: number): Tensor {
  return contiguous(graph.ggml.ggml_cast(graph.context, a.pointer, type), a.ne, type);
}

/** A contiguous copy of a view in this type, whether or not it has it already. */
export const contAs = (graph: ComputeGraph, view: Tensor, type: number): Tensor =>
  type === view.type ? cont(graph, view) : cast(graph, view, type);

/** Copies the elements of a tensor or view into b; the result stands for b. */
export function copy(graph: ComputeGraph, a: Tensor, b: Tensor): Tensor {
  requireShapes(haveSameExtents(a.ne, b.ne) && b.isContiguous, 'copy', a, b);
  return { ...b, pointer: graph.ggml.ggml_cpy(graph.context, a.pointer, b.pointer) };
}

/** A view on `count` rows from row `first` on of each matrix of a [n, rows, matrices]. */
export function narrowRows(graph: ComputeGraph, a: Tensor, first: number, count: number): Tensor {
  requireShapes(first + count <= a.ne[1] && a.isContiguous && a.ne[3] === 1, 'narrowRows', a);
  return narrow(graph, a, [a.ne[0], count, a.ne[2], 1], first * rowBytes(a.type, a.ne[0]));
}

/** A view on `count` columns from column `first` on of each matrix of a [n, rows, matrices]. */
export function narrowColumns(
  graph: ComputeGraph,
  a: Tensor,
  first: number,
  count: number,
): Tensor {
  requireShapes(first + count <= a.ne[0] && a.isContiguous && a.ne[3] === 1, 'narrowColumns', a);
  return narrow(graph, a, [count, a.ne[1], a.ne[2], 1], rowBytes(a.type, first));
}

function narrow(graph: ComputeGraph, a: Tensor, ne: Extents, offsetBytes: number): Tensor {
  const rowStride = rowBytes(a.type, a.ne[0]);
  const strides = [rowStride, rowStride * a.ne[1], offsetBytes] as const;
  const [columns, rows, matrices] = ne;
  const { ggml, context } = graph;
  const pointer = ggml.ggml_view_3d(context, a.pointer, columns, rows, matrices, ...strides);
  const isContiguous = haveSameExtents(ne, a.ne);
  return { pointer, ne, type: a.type, isContiguous, hasDenseRows: true };
}

/** Rows `first` to `first + count` of a matrix [n, rows] in F32, as a contiguous view. */
export function rowsOf(graph: ComputeGraph, a: Tensor, first: number, count: number): Tensor {
  requireShapes(first + count <= a.ne[1] && areFloats(a), 'rowsOf', a);
  const stride = rowBytes(f32, a.ne[0]);
  const args = [a.ne[0], count, stride, first * stride] as const;
  const pointer = graph.ggml.ggml_view_2d(graph.context, a.pointer, ...args);
  return floats(pointer, [a.ne[0], count, 1, 1]);
}

/** Columns `first` to `first + count` of a matrix [n, rows] in F32, copied. */
export function columnsOf(graph: ComputeGraph, a: Tensor, first: number, count: number): Tensor {
  requireShapes(first + count <= a.ne[0] && a.ne[2] === 1 && areFloats(a), 'columnsOf', a);
  const args = [count, a.ne[1], rowBytes(f32, a.ne[0]), rowBytes(f32, first)] as const;
  const pointer = graph.ggml.ggml_view_2d(graph.context, a.pointer, ...args);
  const ne: Extents = [count, a.ne[1], 1, 1];
  return cont(graph, { pointer, ne, type: f32, isContiguous: false, hasDenseRows: true });
}

/** The elements of an F32 tensor from element `first` on, as a contiguous view of these extents. */
export function viewAt(graph: ComputeGraph, a: Tensor, first: number, ...ne: number[]): Tensor {
  const extents = toExtents(ne);
  const fits = first + elementCount(extents) <= elementCount(a.ne) && extents[3] === 1;
  requireShapes(fits && areFloats(a), 'viewAt', a);
  const [length, rows, matrices] = extents;
  const strides = [rowBytes(f32, length), rowBytes(f32, length * rows)] as const;
  const from = [a.pointer, length, rows, matrices, ...strides, rowBytes(f32, first)] as const;
  return floats(graph.ggml.ggml_view_3d(graph.context, ...from), extents);
}

/** Rows of b after those of a: [n, p] and [n, q] → [n, p + q]. */
export function concatRows(graph: ComputeGraph, a: Tensor, b: Tensor): Tensor {
  requireShapes(a.ne[0] === b.ne[0] && areFloats(a, b), 'concatRows', a, b);
  // As matrices of one row each: over those ggml spreads the work.
  const [first, second] = [a, b].map((one) => reshape(graph, one, one.ne[0], 1, one.ne[1]));
  const operands = [first?.pointer ?? a.pointer, second?.pointer ?? b.pointer] as const;
  const pointer = graph.ggml.ggml_concat(graph.context, ...operands, 2);
  const rows = a.ne[1] + b.ne[1];
  return reshape(graph, floats(pointer, [a.ne[0], 1, rows, 1]), a.ne[0], rows);
}

/** Columns of b after those of a: [p, n] and [q, n] → [p + q, n]. */
export function concatColumns(graph: ComputeGraph, a: Tensor, b: Tensor): Tensor {
  const fits = a.ne[1] === b.ne[1] && a.ne[2] === 1 && b.ne[2] === 1;
  requireShapes(fits && areFloats(a, b), 'concatColumns', a, b);
  const pointer = graph.ggml.ggml_concat(graph.context, a.pointer, b.pointer, 0);
  return floats(pointer, [a.ne[0] + b.ne[0], a.ne[1], 1, 1]);
}

/** Adds b to the columns from `first` on of a, where a lies; the result stands for a. */
export function addToColumns(graph: ComputeGraph, a: Tensor, b: Tensor, first: number): Tensor {
  const fits = first + b.ne[0] <= a.ne[0] && b.ne[1] === a.ne[1] && b.ne[2] === a.ne[2];
  requireShapes(fits && areFloats(a, b), 'addToColumns', a, b);
  const rowStride = rowBytes(f32, a.ne[0]);
  const matrixStride = rowStride * a.ne[1];
  const strides = [rowStride, matrixStride, matrixStride * a.ne[2], rowBytes(f32, first)] as const;
  const { ggml, context } = graph;
  return floats(ggml.ggml_acc_inplace(context, a.pointer, b.pointer, ...strides), a.ne);
}

/** Rows of a [n, rows] at indices [count] (I32) → [n, count] F32, dequantized. */
export function getRows(graph: ComputeGraph, a: Tensor, indices: Tensor): Tensor {
  const fits = indices.type === i32 && indices.ne[1] === 1 && a.ne[2] === 1;
  requireShapes(fits && a.isContiguous, 'getRows', a, indices);
  const pointer = graph.ggml.ggml_get_rows(graph.context, a.pointer, indices.pointer);
  return floats(pointer, [a.ne[0], indices.ne[0], 1, 1]);
}

/** Gradient of getRows: adds the rows of a gradient [n, count] up at their indices in [n, rows]. */
export function getRowsBackward(
  graph: ComputeGraph,
  gradient: Tensor,
  indices: Tensor,
  like: Tensor,
): Tensor {
  const fits = indices.type === i32 && indices.ne[0] === gradient.ne[1];
  const isTable = gradient.ne[0] === like.ne[0] && like.ne[2] === 1;
  requireShapes(fits && isTable && areFloats(gradient), 'getRowsBackward', gradient, indices);
  const inputs = [gradient.pointer, indices.pointer, like.pointer] as const;
  return floats(graph.ggml.ggml_get_rows_back(graph.context, ...inputs), like.ne);
}

/** Overwrites rows of a [n, rows], where a lies, with b [n, count]; indices must differ. */
export function setRows(graph: ComputeGraph, a: Tensor, b: Tensor, indices: Tensor): Tensor {
  const fits = a.ne[0] === b.ne[0] && b.ne[1] === indices.ne[0] && indices.type === i32;
  requireShapes(fits && areFloats(a, b), 'setRows', a, b, indices);
  const operands = [a.pointer, b.pointer, indices.pointer] as const;
  return floats(graph.ggml.ggml_set_rows(graph.context, ...operands), a.ne);
}
