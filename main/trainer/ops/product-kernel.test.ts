import { afterAll, describe, expect, test } from 'vitest';
import type { Kernels } from '../ffi/kernels.ts';
import { loadGgml } from '../ffi/library.ts';
import { dequantizerOf } from '../weights/dequantize.ts';
import { callProducts, type ProductCase } from '../testing/call-product.ts';
import { KernelCaller } from '../testing/kernel-call.ts';
import { kernelVariants } from '../testing/kernel-variants.ts';
import {
  exactProduct,
  type ProductSize,
  randomValues,
  worstError,
} from '../testing/product-case.ts';
import { elementType } from '../device/tensor.ts';

const { f32, f16, bf16 } = elementType;
const types = [
  ['F32', f32],
  ['F16', f16],
  ['BF16', bf16],
] as const;
const orders = [false, true].flatMap((aTransposed) =>
  [false, true].map((bTransposed) => ({ aTransposed, bTransposed })),
);
const byRows = { aTransposed: false, bTransposed: false };

const variants = kernelVariants();

describe.runIf(variants.length > 0)('a product of ours', () => {
  const caller = new KernelCaller();
  afterAll(() => caller[Symbol.dispose]());

  function compute(kernels: Kernels, product: ProductCase, threads = 1): Float32Array {
    using call = caller.start(kernels);
    return callProducts(call, [product], { threads });
  }

  const sizes: ProductSize[] = [
    { m: 1, n: 1, k: 1 },
    { m: 5, n: 3, k: 7 },
    { m: 17, n: 8, k: 1 },
    { m: 16, n: 9, k: 64 },
    { m: 32, n: 16, k: 33 },
    { m: 48, n: 24, k: 256 },
    { m: 49, n: 25, k: 257 },
    { m: 64, n: 17, k: 300 },
    { m: 33, n: 1100, k: 90 },
    { m: 130, n: 400, k: 520 },
    { m: 17, n: 320, k: 1290 },
    { m: 20, n: 11, k: 40, matrices: [6, 2], sharing: [3, 1] },
    { m: 20, n: 11, k: 40, matrices: [2, 4], sharing: [2, 4] },
  ];
  test.each(sizes)('of $m × $n over $k is exact at every edge, in every type and order', (size) => {
    const values = randomValues(size);
    const exact = exactProduct(size, values);
    const wrong: object[] = [];
    for (const kernels of variants)
      for (const [name, type] of types)
        for (const order of orders) {
          const found = compute(kernels, { size, values, layout: { ...order, type } });
          const error = worstError(found, exact, size.k);
          if (!(error <= 1)) wrong.push({ variant: kernels.variant, name, ...order, error });
        }
    expect(wrong).toEqual([]);
  });

  test('ignores what lies between the rows of a view', () => {
    const size = { m: 37, n: 10, k: 45, matrices: [4, 1], sharing: [2, 1] } as const;
    const values = randomValues(size);
    for (const kernels of variants)
      for (const [, type] of types)
        for (const order of orders) {
          const dense = compute(kernels, { size, values, layout: { ...order, type } });
          const layout = { ...order, type, gap: 3 };
          expect(compute(kernels, { size, values, layout })).toEqual(dense);
        }
  });

  test('gives the same bits for any threads and vectors', () => {
    const size = { m: 150, n: 70, k: 700 };
    const values = randomValues(size);
    for (const order of orders) {
      const results = variants.flatMap((kernels) =>
        [1, 2, 3, 4, 7].map((threads) =>
          compute(kernels, { size, values, layout: { ...order, type: f32 } }, threads),
        ),
      );
      for (const result of results) expect(result).toEqual(results[0]);
    }
  });

  test.each([NaN, Infinity])('keeps %d in the elements it belongs to alone', (special) => {
    const size = { m: 21, n: 13, k: 70 };
    const values = randomValues(size);
    values.a[20 * size.k + 69] = special;
    values.b[12 * size.k + 3] = special;
    for (const kernels of variants)
      for (const [, type] of types)
        for (const order of orders) {
          const found = compute(kernels, { size, values, layout: { ...order, type } });
          for (const [index, value] of found.entries()) {
            const isTouched = index % size.m === 20 || index >= 12 * size.m;
            expect(Number.isFinite(value)).toBe(!isTouched);
          }
        }
  });

  test.each(types.slice(1))('converts every number of %s as ggml does', (_, type) => {
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, index) => index);
    const expected = new Float32Array(bits.length);
    dequantizerOf(loadGgml(), type)(new Uint8Array(bits.buffer), expected);
    // The sum begins at +0, so that −0 is not kept.
    const sums = expected.map((value) => value + 0);
    const values = { a: sums, b: Float32Array.of(1) };
    for (const kernels of variants) {
      const size = { m: bits.length, n: 1, k: 1 };
      const layout = { ...byRows, type };
      expect(compute(kernels, { size, values, layout })).toEqual(sums);
    }
  });
});
