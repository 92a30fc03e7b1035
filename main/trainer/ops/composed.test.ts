import { expect, test } from 'vitest';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { TensorPtr } from '../ffi/pointers.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { elementCount, type Tensor, toExtents } from '../device/tensor.ts';
import { TensorStore } from '../device/tensor-store.ts';
import { composedOuterProduct } from './product.ts';
import { ComputeGraph, WorkingMemory } from '../device/compute-graph.ts';
import { composedRmsNormBackward } from './norm.ts';
import { composedSoftmaxBackward } from './activation.ts';

type Build = (graph: ComputeGraph, operands: [Tensor, Tensor]) => TensorPtr;

/** What a node computes from two tensors of random numbers, positive as a softmax gives. */
async function compute(ne: [number[], number[]], build: Build): Promise<Float32Array> {
  using device = GgmlDevice.openCpu(1);
  using store = new TensorStore(device, 4);
  const [a, b] = [store.declare(ne[0]), store.declare(ne[1])];
  store.allocate('the operands');
  const uniform = seededUniform(5);
  for (const tensor of [a, b]) {
    const length = elementCount(tensor.ne);
    device.write(
      tensor,
      Float32Array.from({ length }, () => uniform() + 0.01),
    );
  }
  using graph = new ComputeGraph(device, 64);
  using memory = new WorkingMemory(device);
  const pointer = build(graph, [a, b]);
  const count = device.ggml.ggml_nbytes(pointer) / Float32Array.BYTES_PER_ELEMENT;
  const result = { ...a, pointer, ne: toExtents([count]) };
  graph.requireOutput(result);
  graph.place(memory);
  await graph.compute();
  return device.readFloats(result);
}

const cases: [name: string, ne: [number[], number[]], native: Build, composed: Build][] = [
  [
    'an outer product',
    [
      [24, 10],
      [7, 10],
    ],
    ({ ggml, context }, [a, b]) => ggml.ggml_out_prod(context, a.pointer, b.pointer),
    (graph, [a, b]) => composedOuterProduct(graph, a, b).pointer,
  ],
  [
    'the gradient of a softmax',
    [
      [33, 5, 3],
      [33, 5, 3],
    ],
    ({ ggml, context }, [g, y]) =>
      ggml.ggml_soft_max_ext_back(context, g.pointer, y.pointer, 0.3, 0),
    (graph, [gradient, y]) => composedSoftmaxBackward(graph, { gradient, y }, 0.3).pointer,
  ],
  [
    'the gradient of an RMS norm',
    [
      [48, 6],
      [48, 6],
    ],
    ({ ggml, context }, [g, x]) => ggml.ggml_rms_norm_back(context, g.pointer, x.pointer, 0.02),
    (graph, [gradient, x]) => composedRmsNormBackward(graph, { gradient, x }, 0.02).pointer,
  ],
];

test.each(cases)(
  '%s composed for a device that lacks it equals that of ggml',
  async (...[, ne, native, composed]) => {
    const expected = await compute(ne, native);
    const found = await compute(ne, composed);
    expect(found).toHaveLength(expected.length);
    const size = Math.max(...expected.map(Math.abs));
    for (const [index, value] of expected.entries())
      expect(Math.abs((found[index] ?? NaN) - value)).toBeLessThan(1e-5 * size);
  },
);
