import { afterAll, describe, expect, test } from 'vitest';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { Kernels } from '../ffi/kernels.ts';
import { KernelCaller } from '../testing/kernel-call.ts';
import { kernelVariants } from '../testing/kernel-variants.ts';
import { floatBits, kernelNode } from './kernel.ts';

const variants = kernelVariants();
const epsilon = 1e-5;

/** Rows of x, of the gradient of their norm and of what is added; a weight per column. */
interface NormCase {
  length: number;
  x: Float32Array;
  gradient: Float32Array;
  weight: Float32Array;
  residual: Float32Array | undefined;
}

function randomNorm(length: number, rows: number, isAdded: boolean): NormCase {
  const uniform = seededUniform(6);
  const numbers = (count: number) => Float32Array.from({ length: count }, () => uniform() * 4 - 2);
  const [x, gradient] = [numbers(length * rows), numbers(length * rows)];
  const residual = isAdded ? numbers(length * rows) : undefined;
  return { length, x, gradient, weight: numbers(length), residual };
}

/** d/dx Σ gradient · weight · x / √(mean x² + ε), plus the residual, in double precision. */
function exactNormBack({ length, x, gradient, weight, residual }: NormCase): number[] {
  return Array.from(x, (value, index) => {
    const first = index - (index % length);
    let [squares, products] = [0, 0];
    for (let at = 0; at < length; at++) {
      const [one, slope] = [x[first + at] ?? NaN, gradient[first + at] ?? NaN];
      squares += one * one;
      products += one * slope * (weight[at] ?? NaN);
    }
    const mean = squares / length + epsilon;
    const scaled = (gradient[index] ?? NaN) * (weight[index - first] ?? NaN);
    const slope = (scaled - (value * products) / length / mean) / Math.sqrt(mean);
    return slope + (residual?.[index] ?? 0);
  });
}

describe.runIf(variants.length > 0)('the gradient of a norm', () => {
  const caller = new KernelCaller();
  afterAll(() => caller[Symbol.dispose]());

  function compute(kernels: Kernels, given: NormCase, threads = 1): Float32Array {
    using call = caller.start(kernels);
    const { length, x, gradient, weight, residual } = given;
    const ne = [length, x.length / length, 1, 1] as const;
    const place = (values: Float32Array) => call.place({ ne, values }).pointer;
    const sources = [
      place(x),
      place(gradient),
      call.place({ ne: [length], values: weight }).pointer,
    ];
    if (residual) sources.push(place(residual));
    const back = { name: 'rms_norm_back', sources, settings: floatBits(epsilon) } as const;
    return call.compute(kernelNode(call.maker, back, ne), threads);
  }

  const sizes = [1, 7, 8, 15, 16, 17, 31, 48, 64, 100, 576].flatMap((length) =>
    [1, 5].flatMap((rows) => [true, false].map((isAdded) => ({ length, rows, isAdded }))),
  );
  test.each(sizes)(
    'of $rows rows of $length is exact, with the same bits for any threads and vectors',
    ({ length, rows, isAdded }) => {
      const given = randomNorm(length, rows, isAdded);
      const exact = exactNormBack(given);
      const results = variants.flatMap((kernels) =>
        [1, 2, 3, 16].map((threads) => compute(kernels, given, threads)),
      );
      for (const [index, value] of results[0]?.entries() ?? [])
        expect(Math.abs(value - (exact[index] ?? NaN))).toBeLessThan(2e-5);
      for (const result of results) expect(result).toEqual(results[0]);
    },
  );

  test('of a row of zeros is finite, and what is no number stays in its row', () => {
    const given = randomNorm(40, 3, true);
    given.x.fill(0, 0, 40);
    given.x[50] = NaN;
    for (const kernels of variants) {
      const found = compute(kernels, given);
      const isTouched = Array.from(found, (value) => !Number.isFinite(value));
      expect(isTouched).toEqual(Array.from(found, (_, index) => index >= 40 && index < 80));
    }
  });
});
