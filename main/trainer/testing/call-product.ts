import type { KernelExecution } from './kernel-call.ts';
import { matrixCounts, type ProductSize, type ProductValues } from './product-case.ts';
import { addProductsNode, productNode, type ProductOperands } from '../ops/product.ts';

/** How the operands of a product lie in memory. */
export interface ProductLayout {
  /** Element type of A. */
  type: number;
  aTransposed: boolean;
  bTransposed: boolean;
  /** Elements that lie between rows of A and belong to neither. */
  gap?: number;
}

/** One product of a sum; all of a sum have the same m, n and matrices. */
export interface ProductCase {
  size: ProductSize;
  values: ProductValues;
  layout: ProductLayout;
}

/** How a sum of products is computed. */
interface Computation {
  threads?: number;
  /** C [matrix][j][i] before, which the products are added to where it lies. */
  sum?: Float32Array;
}

/** C [matrix][j][i], the sum of all products in one node. */
export function callProducts(
  call: KernelExecution,
  cases: readonly ProductCase[],
  { threads = 1, sum }: Computation = {},
): Float32Array {
  const [first] = cases;
  if (!first) throw new RangeError('There is no product');
  const { m, n } = first.size;
  const ne = [m, n, ...matrixCounts(first.size).ofC] as const;
  const factors = cases.map((one) => placeOperands(call, one));
  const node = sum
    ? addProductsNode(call.maker, factors, call.place({ ne, values: sum }).pointer)
    : productNode(call.maker, factors, ne);
  return call.compute(node, threads);
}

function placeOperands(
  call: KernelExecution,
  { size, values, layout }: ProductCase,
): ProductOperands {
  const { m, n, k } = size;
  const { ofA, ofC } = matrixCounts(size);
  const { type, aTransposed, bTransposed, gap = 0 } = layout;
  const shapeOf = (width: number, isTransposed: boolean) =>
    isTransposed ? [width, k] : [k, width];
  const rowsOf = (source: Float32Array, width: number, isTransposed: boolean) =>
    isTransposed ? transposed(source, width, k) : source;
  const a = call.place({
    ne: [...shapeOf(m, aTransposed), ...ofA],
    values: rowsOf(values.a, m, aTransposed),
    type,
    gap,
  });
  const b = call.place({
    ne: [...shapeOf(n, bTransposed), ...ofC],
    values: rowsOf(values.b, n, bTransposed),
  });
  return { a: a.pointer, b: b.pointer, aTransposed, bTransposed };
}

/** Matrices [width][depth] as [depth][width]. */
function transposed(source: Float32Array, width: number, depth: number): Float32Array {
  const size = width * depth;
  return source.map((_, index) => {
    const within = index % size;
    const [k, i] = [Math.floor(within / width), within % width];
    return source[index - within + i * depth + k] ?? NaN;
  });
}
