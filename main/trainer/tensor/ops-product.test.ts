import { expect, test } from 'vitest';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { tensorTypeId } from '../../engines/gguf/tensor-types.ts';
import { quantizeRows } from '../model/quantize-model.ts';
import { Backend } from './backend.ts';
import { ComputeGraph, WorkingMemory } from './compute-graph.ts';
import { elementType } from './element-type.ts';
import type { Ops } from './ops.ts';
import { rowBytes } from './row-bytes.ts';
import { elementCount, type Tensor } from './tensor.ts';
import { TensorStore } from './tensor-store.ts';

type Shapes = [a: number[], b: number[]];
type Build = (ops: Ops, a: Tensor, b: Tensor) => Tensor;

function fill(backend: Backend, tensor: Tensor, seed: number): void {
  const uniform = seededUniform(seed);
  const [rowLength] = tensor.ne;
  const values = Float32Array.from({ length: elementCount(tensor.ne) }, () => uniform() - 0.5);
  const target = new Uint8Array((rowBytes(tensor.type, rowLength) * values.length) / rowLength);
  quantizeRows(tensor.type, { values, rowLength, target });
  backend.write(tensor, target);
}

/** What a backend computes, and by which operation of ggml. */
async function compute(backend: Backend, type: number, shapes: Shapes, build: Build) {
  using store = new TensorStore(backend, 2);
  const [a, b] = [store.declare(shapes[0], type), store.declare(shapes[1])];
  store.allocate('the operands');
  fill(backend, a, 1);
  fill(backend, b, 2);
  using graph = new ComputeGraph(backend, 16);
  const result = build(graph.ops, a, b);
  graph.requireOutput(result);
  using memory = new WorkingMemory(backend);
  graph.place(memory);
  await graph.compute();
  const operation = backend.ggml.ggml_op_desc(result.pointer);
  return { values: backend.readFloats(result), operation };
}

const plain: Build = (ops, a, b) => ops.mulMat(a, b);

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
    (ops, a, b) => ops.outerProduct(a, b),
  ],
  [
    'a product of some rows, shared by several matrices',
    elementType.f32,
    [
      [64, 40, 2],
      [64, 9, 6],
    ],
    (ops, a, b) => ops.mulMat(ops.rows(a, 3, 21), b),
  ],
  [
    'a product of parts of rows, shared by several matrices',
    elementType.f32,
    [
      [64, 40, 2],
      [19, 9, 6],
    ],
    (ops, a, b) => ops.mulMat(ops.rowParts(a, 5, 19), b),
  ],
];

test.each(cases)('%s is something else than with ggml', async (...[, type, shapes, build]) => {
  using reference = Backend.openWithoutKernels(1);
  const expected = await compute(reference, type, shapes, build);
  const size = Math.hypot(...expected.values);
  for (const threads of [1, 2]) {
    using backend = Backend.openCpu(threads);
    const { values, operation } = await compute(backend, type, shapes, build);
    expect(operation === 'CUSTOM').toBe(backend.kernels !== undefined);
    const difference = values.map((value, index) => value - (expected.values[index] ?? NaN));
    // ggml rounds what a BF16 matrix is multiplied with to BF16, too.
    expect(Math.hypot(...difference) / size).toBeLessThan(type === elementType.f32 ? 1e-6 : 4e-3);
  }
});

test('a product with quantized weights has other bits than that of llama.cpp', async () => {
  const shapes: Shapes = [
    [64, 40],
    [64, 9],
  ];
  using reference = Backend.openWithoutKernels(1);
  using backend = Backend.openCpu(1);
  const expected = await compute(reference, tensorTypeId('Q8_0'), shapes, plain);
  expect(await compute(backend, tensorTypeId('Q8_0'), shapes, plain)).toEqual(expected);
});
