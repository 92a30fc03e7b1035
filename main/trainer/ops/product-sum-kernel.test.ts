import { afterAll, describe, expect, test } from 'vitest';
import { callProducts, type ProductCase } from '../testing/call-product.ts';
import { KernelCaller } from '../testing/kernel-call.ts';
import { kernelVariants } from '../testing/kernel-variants.ts';
import {
  exactProduct,
  type ExactProduct,
  randomValues,
  worstError,
} from '../testing/product-case.ts';
import { elementType } from '../device/tensor.ts';
import { mostTerms } from './product.ts';

const { f32, f16, bf16 } = elementType;
const variants = kernelVariants();

/** Products [m, n] that differ in all that may differ: depth, element type, order and gaps. */
function productsOf(m: number, n: number): ProductCase[] {
  const sides = [
    { k: 700, type: bf16, aTransposed: false, bTransposed: true, gap: 2 },
    { k: 5, type: f32, aTransposed: true, bTransposed: false },
    { k: 16, type: f16, aTransposed: true, bTransposed: true, gap: 1 },
    { k: 257, type: f32, aTransposed: false, bTransposed: false },
  ];
  return sides.map(({ k, ...layout }, index) => {
    const size = { m, n, k };
    return { size, values: randomValues(size, index + 1), layout };
  });
}

/** What each of some products is alone, in double precision. */
const exactOf = (cases: readonly ProductCase[]) =>
  cases.map(({ size, values }) => exactProduct(size, values));

/** A sum in double precision, beginning with what C is before. */
function exactSum(products: readonly ExactProduct[], before: Float32Array): ExactProduct {
  const values = Float64Array.from(before);
  const magnitudes = Float64Array.from(before, Math.abs);
  for (const product of products)
    for (const index of values.keys()) {
      values[index] = (values[index] ?? NaN) + (product.values[index] ?? NaN);
      magnitudes[index] = (magnitudes[index] ?? NaN) + (product.magnitudes[index] ?? NaN);
    }
  return { values, magnitudes };
}

const depthOf = (cases: readonly ProductCase[]) => cases.reduce((sum, { size }) => sum + size.k, 0);

describe.runIf(variants.length > 0)('a sum of products of ours', () => {
  const caller = new KernelCaller();
  afterAll(() => caller[Symbol.dispose]());

  const sizes = [
    { m: 1, n: 1 },
    { m: 50, n: 21 },
    { m: 96, n: 12 },
  ];
  const counts = [1, 2, 3, mostTerms];
  test.each(sizes.flatMap((size) => counts.map((count) => ({ ...size, count }))))(
    'of $m × $n holds each of $count terms once, and what it is added to',
    ({ m, n, count }) => {
      const cases = productsOf(m, n);
      const products = exactOf(cases);
      const before = Float32Array.from({ length: m * n }, (_, index) => (index % 19) - 9);
      // Each term is the first one at times: that starts the sum.
      for (const first of counts.keys()) {
        const turn = <T>(list: readonly T[]) =>
          [...list.slice(first), ...list.slice(0, first)].slice(0, count);
        const chosen = turn(cases);
        for (const kernels of variants)
          for (const [threads, sum] of [[1], [3, before]] as const) {
            using call = caller.start(kernels);
            const found = callProducts(call, chosen, sum ? { threads, sum } : { threads });
            const exact = exactSum(turn(products), sum ?? new Float32Array(m * n));
            expect(worstError(found, exact, depthOf(chosen) + 1)).toBeLessThanOrEqual(1);
          }
      }
    },
  );

  test('has the same bits for any threads and vectors', () => {
    const cases = productsOf(150, 70);
    const sum = new Float32Array(150 * 70).fill(0.1);
    const results = variants.flatMap((kernels) =>
      [1, 2, 3, 16].map((threads) => {
        using call = caller.start(kernels);
        return callProducts(call, cases, { threads, sum });
      }),
    );
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test('adds to each matrix its own products', () => {
    const size = { m: 20, n: 11, k: 40, matrices: [3, 2], sharing: [3, 1] } as const;
    const layout = { type: f32, aTransposed: true, bTransposed: true };
    const cases = [2, 3].map((seed) => ({ size, values: randomValues(size, seed), layout }));
    const sum = Float32Array.from({ length: 20 * 11 * 6 }, (_, index) => index % 100);
    for (const kernels of variants) {
      using call = caller.start(kernels);
      const found = callProducts(call, cases, { threads: 2, sum });
      expect(worstError(found, exactSum(exactOf(cases), sum), 81)).toBeLessThanOrEqual(1);
    }
  });
});
