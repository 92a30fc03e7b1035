import { afterAll, describe, expect, test } from 'vitest';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { Kernels } from '../ffi/kernels.ts';
import { KernelCaller } from '../testing/kernel-call.ts';
import { kernelVariants } from '../testing/kernel-variants.ts';
import { kernelNode } from './kernel.ts';

const variants = kernelVariants();
const names = ['output', 'gate', 'up'] as const;

/** Operands of a gate, and the gradient of its result. */
interface GateCase {
  gate: Float32Array;
  up: Float32Array;
  gradient: Float32Array;
}

function randomGate(gate: Float32Array): GateCase {
  const uniform = seededUniform(4);
  const numbers = () => gate.map(() => uniform() * 2 - 1);
  return { gate, up: numbers(), gradient: numbers() };
}

/** silu(gate) · up and the gradients of both in double precision; `sizes` bound what rounding does. */
function exactGate({ gate, up, gradient }: GateCase) {
  return Array.from(gate, (x, index) => {
    const [u, g] = [up[index] ?? NaN, gradient[index] ?? NaN];
    const share = 1 / (1 + Math.exp(-x));
    // Not 1 − share, which is 0 from 37 on.
    const rest = 1 / (1 + Math.exp(x));
    const slope = share * (1 + x * rest);
    const slopeSize = share * (1 + Math.abs(x) * rest);
    const values = { output: x * share * u, gate: g * u * slope, up: g * x * share };
    return { ...values, gateSize: Math.abs(g * u) * slopeSize };
  });
}

describe.runIf(variants.length > 0)('a gate of ours', () => {
  const caller = new KernelCaller();
  afterAll(() => caller[Symbol.dispose]());

  function compute(kernels: Kernels, { gate, up, gradient }: GateCase, threads = 1) {
    using call = caller.start(kernels);
    const ne = [gate.length, 1, 1, 1] as const;
    const operands = [gate, up, gradient].map((values) => call.place({ ne, values }).pointer);
    const forward = { name: 'swiglu', sources: operands.slice(0, 2) } as const;
    const output = call.compute(kernelNode(call.maker, forward, ne), threads);
    const back = { name: 'swiglu_back', sources: operands } as const;
    const node = kernelNode(call.maker, back, [gate.length, 1, 2, 1]);
    const both = call.compute(node, threads);
    return { output, gate: both.slice(0, gate.length), up: both.slice(gate.length) };
  }

  test('is exact near zero, where it bends and where exponentials overflow', () => {
    const special = [0, 1e-30, 1e-4, 1, 20, 87, 88, 88.3, 88.5, 89, 104, 200, 1e30];
    const grid = Array.from({ length: 2000 }, (_, index) => index / 10 - 100);
    const gate = [...special, ...special.map((x) => -x), ...grid];
    const given = randomGate(Float32Array.from(gate));
    const exact = exactGate(given);
    const wrong: object[] = [];
    for (const kernels of variants) {
      const found = compute(kernels, given);
      for (const [index, expected] of exact.entries())
        for (const name of names) {
          const size = name === 'gate' ? expected.gateSize : Math.abs(expected[name]);
          const value = found[name][index] ?? NaN;
          // Below 1e-36 floats have fewer digits, or none.
          if (!(Math.abs(value - expected[name]) <= 1e-6 * size + 1e-36))
            wrong.push({ variant: kernels.variant, x: given.gate[index], name, value, expected });
        }
    }
    expect(wrong).toEqual([]);
  });

  test.each([NaN, Infinity, -Infinity])('of %d is not finite there, and only there', (special) => {
    const given = randomGate(new Float32Array(45).fill(1));
    given.gate[20] = special;
    for (const kernels of variants)
      for (const name of names) {
        const found = compute(kernels, given)[name];
        const isTouched = Array.from(found, (value) => !Number.isFinite(value));
        expect(isTouched).toEqual(Array.from(found, (_, index) => index === 20));
      }
  });

  test.each([1, 7, 8, 15, 16, 17, 31, 33, 100, 1000])(
    'of %d elements is right, with the same bits for any number of threads',
    (length) => {
      const uniform = seededUniform(9);
      const given = randomGate(Float32Array.from({ length }, () => uniform() * 8 - 4));
      const exact = exactGate(given);
      for (const kernels of variants) {
        const alone = compute(kernels, given);
        for (const [index, value] of alone.output.entries())
          expect(value).toBeCloseTo(exact[index]?.output ?? NaN, 5);
        for (const threads of [2, 3, 16]) expect(compute(kernels, given, threads)).toEqual(alone);
      }
    },
  );

  test('has the same bits with vectors of either width', () => {
    const uniform = seededUniform(5);
    const given = randomGate(Float32Array.from({ length: 999 }, () => uniform() * 40 - 20));
    const results = variants.map((kernels) => compute(kernels, given));
    for (const result of results) expect(result).toEqual(results[0]);
  });
});
