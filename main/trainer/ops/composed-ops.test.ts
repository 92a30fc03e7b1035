import { expect, test } from 'vitest';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { TensorPtr } from '../ffi/pointers.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import {
  composedOuterProduct,
  composedRmsNormBack,
  composedSoftMaxBack,
  type NodeMaker,
} from './composed-ops.ts';
import { elementCount, toExtents } from '../device/tensor.ts';
import { TensorStore } from '../device/tensor-store.ts';

type Build = (maker: NodeMaker, operands: [TensorPtr, TensorPtr]) => TensorPtr;

/** What a node computes from two tensors of random numbers; `positive` as a softmax gives. */
async function compute(ne: [number[], number[]], build: Build): Promise<Float32Array> {
  using device = GgmlDevice.openCpu(1);
  const { ggml } = device;
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
  const mem_size = 64 * (ggml.ggml_tensor_overhead() + ggml.ggml_graph_overhead_custom(64, false));
  const context = ggml.ggml_init({ mem_size, mem_buffer: null, no_alloc: true });
  const graph = ggml.ggml_new_graph_custom(context, 64, false);
  const result = build({ ggml, context }, [a.pointer, b.pointer]);
  ggml.ggml_build_forward_expand(graph, result);
  const allocator = ggml.ggml_gallocr_new(
    ggml.ggml_backend_get_default_buffer_type(device.pointer),
  );
  expect(ggml.ggml_gallocr_alloc_graph(allocator, graph)).toBe(true);
  await device.compute(graph);
  const bytes = ggml.ggml_nbytes(result);
  const values = device.readFloats({ ...a, pointer: result, ne: toExtents([bytes / 4]) });
  ggml.ggml_gallocr_free(allocator);
  ggml.ggml_free(context);
  return values;
}

const cases: [name: string, ne: [number[], number[]], native: Build, composed: Build][] = [
  [
    'an outer product',
    [
      [24, 10],
      [7, 10],
    ],
    ({ ggml, context }, [a, b]) => ggml.ggml_out_prod(context, a, b),
    (maker, [a, b]) => composedOuterProduct(maker, a, b),
  ],
  [
    'the gradient of a softmax',
    [
      [33, 5, 3],
      [33, 5, 3],
    ],
    ({ ggml, context }, [g, y]) => ggml.ggml_soft_max_ext_back(context, g, y, 0.3, 0),
    (maker, [gradient, y]) => composedSoftMaxBack(maker, { gradient, y }, 0.3),
  ],
  [
    'the gradient of an RMS norm',
    [
      [48, 6],
      [48, 6],
    ],
    ({ ggml, context }, [g, x]) => ggml.ggml_rms_norm_back(context, g, x, 0.02),
    (maker, [gradient, x]) => composedRmsNormBack(maker, { gradient, x, count: 48 }, 0.02),
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
