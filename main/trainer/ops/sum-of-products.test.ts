import { afterAll, expect, test } from 'vitest';
import { tensorTypeId } from '../../gguf/header/tensor-types.ts';
import { computeNode, type Operand, relativeDifference } from '../testing/compute-node.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import type { Device } from '../device/device.ts';
import { add } from './arithmetic.ts';
import { addOuterProduct, scaledMatMul, sumOfProducts } from './product.ts';

const { f32 } = elementType;
const quantized = tensorTypeId('Q8_0');
const [m, n] = [50, 21];

/** Open all the while, so that no test waits for a device. */
const own = GgmlDevice.openCpu(2);
const reference = GgmlDevice.openCpu(1, { usesKernels: false });
afterAll(() => {
  own[Symbol.dispose]();
  reference[Symbol.dispose]();
});

interface Term {
  k: number;
  type?: number;
  transposed?: boolean;
}

const operandsOf = ({ k, type = f32, transposed = false }: Term): Operand[] => [
  { ne: transposed ? [m, k] : [k, m], type },
  { ne: [k, n] },
];

/** The sum of terms of which each has two of the tensors, in one call or by ggml's additions. */
const compute = async (device: Device, terms: readonly Term[], isApart = false) =>
  await computeNode(device, terms.flatMap(operandsOf), (graph, tensors) => {
    const products = terms.map(({ transposed = false }, index) => {
      const [a, b] = tensors.slice(2 * index);
      if (!a || !b) throw new RangeError('A product has two operands');
      return { a, b, transposed };
    });
    if (!isApart) return sumOfProducts(graph, products);
    return products
      .map((product) => sumOfProducts(graph, [product]))
      .reduce((sum: Tensor, product) => add(graph, sum, product));
  });

const cases: [name: string, terms: Term[]][] = [
  ['one product', [{ k: 64 }]],
  ['a transposed one', [{ k: 9, transposed: true }]],
  ['a matrix and an adapter', [{ k: 96 }, { k: 8, transposed: true }]],
  ['as many products as a node takes', [64, 3, 300, 17].map((k) => ({ k }))],
  ['one more than a node takes', [64, 3, 300, 17, 31].map((k) => ({ k }))],
  [
    'more than two nodes take, some of them transposed',
    [8, 9, 10, 11, 12, 13, 14, 15, 16].map((k) => ({ k, transposed: k % 3 === 0 })),
  ],
];

test.each(cases)('a sum of %s equals that of ggml', async (_, terms) => {
  const expected = await compute(reference, terms);
  const { values, operation } = await compute(own, terms);
  expect(operation === 'CUSTOM').toBe(own.kernels !== undefined);
  expect(relativeDifference(values, expected.values)).toBeLessThan(1e-6);
});

test.each([2, 0.3, -1.5, 0])('a product scaled by %d equals that of ggml', async (scale) => {
  const operands = operandsOf({ k: 700 });
  const scaled = async (device: Device) =>
    await computeNode(device, operands, (graph, [a, b]) => {
      if (!a || !b) throw new RangeError('A product has two operands');
      return scaledMatMul(graph, a, b, scale);
    });
  const { values } = await scaled(own);
  const expected = (await scaled(reference)).values;
  const difference = values.map((value, index) => value - (expected[index] ?? NaN));
  expect(Math.hypot(...difference)).toBeLessThanOrEqual(1e-6 * Math.hypot(...expected));
});

const mixed: [name: string, terms: Term[]][] = [
  [
    'first',
    [
      { k: 64, type: quantized },
      { k: 8, transposed: true },
    ],
  ],
  ['last', [{ k: 5 }, { k: 8, transposed: true }, { k: 64, type: quantized }]],
  [
    'twice, between more products than a node takes',
    [
      { k: 32, type: quantized },
      ...[1, 2, 3, 4, 5].map((k) => ({ k })),
      { k: 64, type: quantized },
    ],
  ],
];

test.each(mixed)('a quantized product in a sum is computed by ggml (%s)', async (_, terms) => {
  const expected = await compute(reference, terms, true);
  const { values } = await compute(own, terms);
  // Ours would not round the other operand to bytes, as ggml does: about 1 in 300.
  expect(relativeDifference(values, expected.values)).toBeLessThan(1e-6);
});

const refused: [name: string, a: number[], b: number[]][] = [
  ['columns', [8, m + 1], [8, n]],
  ['columns that could repeat', [8, 1], [8, n]],
  ['rows', [8, m], [8, n - 1]],
  ['rows that could repeat', [8, m], [8, 1]],
  ['depths', [8, m], [9, n]],
];

test.each(refused)('a sum of products is refused when they differ in %s', async (_, a, b) => {
  const operands = [...operandsOf({ k: 8 }), { ne: a }, { ne: b }];
  for (const device of [own, reference])
    await expect(
      computeNode(device, operands, (graph, [first, second, third, fourth]) => {
        if (!first || !second || !third || !fourth) throw new Error('There are four operands');
        return sumOfProducts(graph, [
          { a: first, b: second },
          { a: third, b: fourth },
        ]);
      }),
    ).rejects.toThrow(/differ in their extents|sumOfProducts cannot take/);
});

test('an outer product is added to a matrix of its own extents only', async () => {
  const wrong = [{ ne: [m, n] }, { ne: [m, 7] }, { ne: [n + 1, 7] }];
  for (const device of [own, reference])
    await expect(
      computeNode(device, wrong, (graph, [sum, a, b]) => {
        if (!sum || !a || !b) throw new Error('There are three operands');
        return addOuterProduct(graph, sum, a, b);
      }),
    ).rejects.toThrow(/cannot take/);
});
