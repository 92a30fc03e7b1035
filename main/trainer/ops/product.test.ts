import { expect, test } from 'vitest';
import { tensorTypeId } from '../../gguf/header/tensor-types.ts';
import { computeNode, relativeDifference } from '../testing/compute-node.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import type { Device } from '../device/device.ts';
import { ComputeGraph } from '../device/compute-graph.ts';
import { narrowColumns, narrowRows } from './layout.ts';
import { matMul, outerProduct } from './product.ts';

type Shapes = [a: number[], b: number[]];
type Build = (graph: ComputeGraph, a: Tensor, b: Tensor) => Tensor;

/** What a device computes, and by which operation of ggml. */
const compute = async (device: Device, type: number, shapes: Shapes, build: Build) =>
  await computeNode(device, [{ ne: shapes[0], type }, { ne: shapes[1] }], (graph, [a, b]) => {
    if (!a || !b) throw new RangeError('A product has two operands');
    return build(graph, a, b);
  });

const plain: Build = (graph, a, b) => matMul(graph, a, b);

const cases: [name: string, type: number, shapes: Shapes, build: Build][] = [
  [
    'a product',
    elementType.f32,
    [
      [70, 50],
      [70, 33],
    ],
    plain,
  ],
  [
    'a product of BF16',
    elementType.bf16,
    [
      [96, 50],
      [96, 33],
    ],
    plain,
  ],
  [
    'an outer product',
    elementType.f32,
    [
      [70, 24],
      [33, 24],
    ],
    (graph, a, b) => outerProduct(graph, a, b),
  ],
  [
    'a product of some rows, shared by several matrices',
    elementType.f32,
    [
      [64, 40, 2],
      [64, 9, 6],
    ],
    (graph, a, b) => matMul(graph, narrowRows(graph, a, 3, 21), b),
  ],
  [
    'a product of some columns, shared by several matrices',
    elementType.f32,
    [
      [64, 40, 2],
      [19, 9, 6],
    ],
    (graph, a, b) => matMul(graph, narrowColumns(graph, a, 5, 19), b),
  ],
];

test.each(cases)('%s equals that of ggml', async (...[, type, shapes, build]) => {
  using reference = GgmlDevice.openCpu(1, { usesKernels: false });
  const expected = await compute(reference, type, shapes, build);
  for (const threads of [1, 2]) {
    using device = GgmlDevice.openCpu(threads);
    const { values, operation } = await compute(device, type, shapes, build);
    expect(operation === 'CUSTOM').toBe(device.kernels !== undefined);
    // ggml rounds what a BF16 matrix is multiplied with to BF16, too.
    expect(relativeDifference(values, expected.values)).toBeLessThan(
      type === elementType.f32 ? 1e-6 : 4e-3,
    );
  }
});

test('a product with quantized weights has the bits of that of llama.cpp', async () => {
  const shapes: Shapes = [
    [64, 40],
    [64, 9],
  ];
  using reference = GgmlDevice.openCpu(1, { usesKernels: false });
  using device = GgmlDevice.openCpu(1);
  const expected = await compute(reference, tensorTypeId('Q8_0'), shapes, plain);
  expect(await compute(device, tensorTypeId('Q8_0'), shapes, plain)).toEqual(expected);
});
