import { afterAll, describe, expect, test } from 'vitest';
import type { Kernels } from '../ffi/kernels.ts';
import {
  type AttentionResults,
  type AttentionSize,
  type AttentionValues,
  exactAttention,
  randomAttention,
} from '../testing/attention-case.ts';
import { callAttention, placeAttention } from '../testing/call-attention.ts';
import { KernelCaller } from '../testing/kernel-call.ts';
import { kernelVariants } from '../testing/kernel-variants.ts';
import { attentionBackwardNodes, attentionNode } from './attention.ts';
import { earliestKeys } from '../model/visible-keys.ts';

const variants = kernelVariants();
const names = ['output', 'queries', 'keys', 'values'] as const;
const tokenCounts = [1, 7, 8, 47, 48, 49, 100, 192, 193, 200];
const headCounts = [
  { heads: 3, keyHeads: 3 },
  { heads: 9, keyHeads: 3 },
  { heads: 8, keyHeads: 1 },
];

/** Samples of these lengths one after the other; what is left is padding. */
function packed(tokens: number, lengths: readonly number[], window?: number): Int32Array {
  const segments = Int32Array.from(lengths.flatMap((length, index) => Array(length).fill(index)));
  const padded = Int32Array.from({ length: tokens }, (_, token) => segments[token] ?? -1);
  return earliestKeys(padded, tokens, window);
}

/** What queries see: everything before them, samples side by side, windows, both. */
const sights: ((tokens: number) => Int32Array)[] = [
  (tokens) => packed(tokens, [tokens]),
  (tokens) => packed(tokens, [3, 1, 44, 5, 60, 1, 30]),
  (tokens) => packed(tokens, [tokens], 20),
  (tokens) => packed(tokens, [50, 90], 13),
];

/** The largest error over the largest expected element. */
function relativeError(found: Float32Array, expected: Float64Array): number {
  let [worst, size] = [0, 0];
  for (const [index, value] of expected.entries()) {
    const error = Math.abs((found[index] ?? NaN) - value);
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
    size = Math.max(size, Math.abs(value));
  }
  // A single key gets all of the weight, so that gradients of scores are zero.
  return worst / (size || 1);
}

const errorsOf = (found: AttentionResults<Float32Array>, exact: AttentionResults) =>
  names.map((name) => ({ name, error: relativeError(found[name], exact[name]) }));

describe.runIf(variants.length > 0)('attention of ours', () => {
  const caller = new KernelCaller();
  afterAll(() => caller[Symbol.dispose]());

  function compute(kernels: Kernels, size: AttentionSize, given: AttentionValues, threads = 1) {
    using call = caller.start(kernels);
    return callAttention(call, size, given, threads);
  }

  /** What is off by more than a limit, in any variant. */
  function wrongResults(size: AttentionSize, given: AttentionValues, limit: number): object[] {
    const exact = exactAttention(size, given);
    return variants.flatMap((kernels) =>
      errorsOf(compute(kernels, size, given), exact)
        .filter(({ error }) => !(error <= limit))
        .map((wrong) => ({ variant: kernels.variant, ...size, ...wrong })),
    );
  }

  test.each([16, 32, 64, 80, 96, 128, 256].map((length, row) => ({ length, row })))(
    'over heads of $length is exact at every edge of tiles and blocks of queries and keys',
    ({ length, row }) => {
      const wrong: object[] = [];
      for (const [column, tokens] of tokenCounts.entries()) {
        // Long sequences take turns, because the exact result takes long.
        if (tokens >= 100 && (row + column) % 3 > 0) continue;
        const size = {
          length,
          tokens,
          ...(headCounts[((row >> 1) + column) % 3] ?? { heads: 1, keyHeads: 1 }),
        };
        const sight = sights[(row + 2 * column + (column >> 2)) % sights.length];
        const given = randomAttention(size, sight?.(tokens) ?? new Int32Array());
        wrong.push(...wrongResults(size, given, 3e-6));
      }
      expect(wrong).toEqual([]);
    },
  );

  const size = { length: 32, heads: 6, keyHeads: 2, tokens: 103 };
  const sight = packed(size.tokens, [40, 1, 50]);

  // It could overflow, or lose what is small.
  test('is exact where scores are large', () => {
    // Rounding a score of 300 changes its weight by a few of 100,000.
    expect(wrongResults(size, randomAttention(size, sight, 100), 3e-4)).toEqual([]);
  });

  test('gives keys of equal scores equal weights', () => {
    const given = randomAttention(size, sight);
    given.queries.fill(0);
    expect(wrongResults(size, given, 1e-6)).toEqual([]);
  });

  // The weights of keys that it sees would vanish or overflow beside a larger one.
  test.each([-300, 300])(
    'takes the largest score from the keys that a query sees alone (which is near %d)',
    (score) => {
      const given = randomAttention(size, sight);
      given.queries.fill(1);
      // Scores of the second sample are near `score`, those of all others near its opposite.
      for (const index of given.keys.keys()) {
        const token = Math.floor(index / (size.length * size.keyHeads));
        const sign = token >= 41 && token < 91 ? 1 : -1;
        const mean = (sign * score) / (size.length * given.scale);
        given.keys[index] = mean + 0.01 * (given.keys[index] ?? NaN);
      }
      expect(wrongResults(size, given, 1e-3)).toEqual([]);
    },
  );

  test('gives no weight to a key whose score vanishes beside the others', () => {
    const given = randomAttention(size, packed(size.tokens, [size.tokens]));
    const [rowLength, keyRowLength] = [size.length * size.heads, size.length * size.keyHeads];
    given.queries.fill(1);
    given.keys.fill(-300 / (size.length * given.scale), 0, keyRowLength);
    given.values.fill(1e20, 0, keyRowLength);
    const { output } = exactAttention(size, given);
    for (const kernels of variants) {
      const found = compute(kernels, size, given).output.subarray(rowLength);
      expect(relativeError(found, output.subarray(rowLength))).toBeLessThan(3e-6);
    }
  });

  test('gives the same bits with any number of threads', () => {
    const given = randomAttention(size, sight);
    for (const kernels of variants) {
      const alone = compute(kernels, size, given);
      for (const threads of [2, 3, 16, 40])
        expect(compute(kernels, size, given, threads)).toEqual(alone);
    }
  });

  test('gives the same bits with vectors of either width from 16 heads on', () => {
    const many = { ...size, heads: 16 };
    const given = randomAttention(many, sight);
    const results = variants.map((kernels) => compute(kernels, many, given));
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test.each([0, 1, 2])(
    'writes into the scratch of thread %d alone, up to its last vector',
    (thread) => {
      const threads = 3;
      const given = randomAttention(size, sight);
      for (const kernels of variants) {
        using call = caller.start(kernels);
        const inputs = placeAttention(call, size, { given, threads });
        const unused = call.read(inputs.scratch.pointer);
        const gradient = call.place({ ne: inputs.queries.ne, values: given.gradient });
        const { scale } = given;
        for (const node of [
          attentionNode(call.maker, inputs, scale),
          attentionBackwardNodes(call.maker, inputs, { gradient, scale }).queries,
        ])
          call.computePart(node, thread, threads);
        const used = call.read(inputs.scratch.pointer);
        const isUsed = (index: number) => !Object.is(used[index], unused[index]);
        const own = unused.length / threads;
        const end = own * (thread + 1);
        expect(used.findIndex((_, index) => isUsed(index))).toBe(own * thread);
        const last = used.findLastIndex((_, index) => isUsed(index));
        expect(last).toBeLessThan(end);
        expect(last).toBeGreaterThanOrEqual(kernels.variant === 'avx512' ? end - 1 : end - own);
      }
    },
  );

  /** Tokens whose output is not finite when one element of `name` at token 41 is no number. */
  function reachedBy(kernels: Kernels, name: 'queries' | 'keys' | 'values'): number[] {
    const given = randomAttention(size, sight);
    given[name][(41 * given[name].length) / size.tokens + 5] = NaN;
    const { output } = compute(kernels, size, given);
    const rowLength = output.length / size.tokens;
    const tokens = Array.from({ length: size.tokens }, (_, token) => token);
    const rowOf = (token: number) => output.subarray(token * rowLength, (token + 1) * rowLength);
    return tokens.filter((token) => !rowOf(token).every(Number.isFinite));
  }

  test('spreads what is no number to tokens that see it, through values within their blocks', () => {
    const seeing = Array.from({ length: 50 }, (_, index) => 41 + index);
    for (const kernels of variants) {
      expect(reachedBy(kernels, 'queries')).toEqual([41]);
      expect(reachedBy(kernels, 'keys')).toEqual(seeing);
      // 0 · NaN is NaN: values reach all queries of a block of which one may see them.
      const block = 3 * kernels.lanes;
      const [first, end] = [Math.floor(41 / block) * block, Math.ceil(91 / block) * block];
      const reached = reachedBy(kernels, 'values');
      expect(reached).toEqual(expect.arrayContaining(seeing));
      expect(reached.every((token) => token >= first && token < end)).toBe(true);
    }
  });

  test('shows a score that is no number in every gradient', () => {
    const given = randomAttention(size, sight);
    given.keys[41 * size.length * size.keyHeads + 5] = NaN;
    for (const kernels of variants) {
      const { queries, keys, values } = compute(kernels, size, given);
      for (const gradient of [queries, keys, values]) {
        expect(gradient.some(Number.isNaN)).toBe(true);
        expect(gradient.some((value) => Math.abs(value) > 1000)).toBe(false);
      }
    }
  });
});
