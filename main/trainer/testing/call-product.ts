import { addOwnProducts, ownProducts, type Factors } from '../ops/own-product.ts';
import type { KernelExecution } from './kernel-call.ts';
import { matrixCounts, type ProductSize, type ProductValues } from './product-case.ts';

/** How the operands of a product lie in memory. */
export interface ProductLayout {
  /** Element type of A. */
  type: number;
  aByDepth: boolean;
  bByDepth: boolean;
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
  const factors = cases.map((one) => placeFactors(call, one));
  const node = sum
    ? addOwnProducts(call.maker, factors, call.place({ ne, values: sum }).pointer)
    : ownProducts(call.maker, factors, ne);
  return call.compute(node, threads);
}

function placeFactors(call: KernelExecution, { size, values, layout }: ProductCase): Factors {
  const { m, n, k } = size;
  const { ofA, ofC } = matrixCounts(size);
  const { type, aByDepth, bByDepth, gap = 0 } = layout;
  const shapeOf = (width: number, isByDepth: boolean) => (isByDepth ? [width, k] : [k, width]);
  const rowsOf = (source: Float32Array, width: number, isByDepth: boolean) =>
    isByDepth ? turn(source, width, k) : source;
  const a = call.place({
    ne: [...shapeOf(m, aByDepth), ...ofA],
    values: rowsOf(values.a, m, aByDepth),
    type,
    gap,
  });
  const b = call.place({
    ne: [...shapeOf(n, bByDepth), ...ofC],
    values: rowsOf(values.b, n, bByDepth),
  });
  return { a: a.pointer, b: b.pointer, aByDepth, bByDepth };
}

/** Matrices [width][depth] as [depth][width]. */
function turn(source: Float32Array, width: number, depth: number): Float32Array {
  const size = width * depth;
  return source.map((_, index) => {
    const within = index % size;
    const [k, i] = [Math.floor(within / width), within % width];
    return source[index - within + i * depth + k] ?? NaN;
  });
}
