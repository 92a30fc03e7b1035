import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { quantizeRows } from '../weights/quantize-model.ts';
import { ComputeGraph, WorkingMemory } from '../device/compute-graph.ts';
import { elementCount, elementType, rowBytes, type Tensor } from '../device/tensor.ts';
import { TensorStore } from '../device/tensor-store.ts';
import type { Device } from '../device/device.ts';

/** A tensor of random numbers, F32 when no element type is given; of integers, zeros. */
export interface Operand {
  ne: readonly number[];
  type?: number;
}

/** What a device computes from operands that are the same on each, and by which operation of ggml. */
export async function computeNode(
  device: Device,
  operands: readonly Operand[],
  build: (graph: ComputeGraph, tensors: Tensor[]) => Tensor,
): Promise<{ values: Float32Array; operation: string }> {
  using store = new TensorStore(device, operands.length);
  const tensors = operands.map(({ ne, type }) => store.declare(ne, type));
  store.allocate('the operands');
  for (const [index, tensor] of tensors.entries()) fill(device, tensor, index + 1);
  using graph = new ComputeGraph(device, 64);
  const result = build(graph, tensors);
  graph.requireOutput(result);
  using memory = new WorkingMemory(device);
  graph.place(memory);
  await graph.compute();
  const operation = device.ggml.ggml_op_desc(result.pointer);
  return { values: device.readFloats(result), operation };
}

function fill(device: Device, tensor: Tensor, seed: number): void {
  if (tensor.type === elementType.i32) {
    device.write(tensor, new Int32Array(elementCount(tensor.ne)));
    return;
  }
  const uniform = seededUniform(seed);
  const [rowLength] = tensor.ne;
  const values = Float32Array.from({ length: elementCount(tensor.ne) }, () => uniform() - 0.5);
  const target = new Uint8Array((rowBytes(tensor.type, rowLength) * values.length) / rowLength);
  quantizeRows(tensor.type, { values, rowLength, target });
  device.write(tensor, target);
}

/** The length of the difference over the length of what is expected. */
export function relativeDifference(found: Float32Array, expected: Float32Array): number {
  let [difference, size] = [0, 0];
  for (const [index, value] of expected.entries()) {
    difference += ((found[index] ?? NaN) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(difference / size);
}
