import { tensorTypeId } from '../../../gguf/header/tensor-types.ts';
import { ComputeGraph, WorkingMemory } from '../../../trainer/device/compute-graph.ts';
import { TensorStore } from '../../../trainer/device/tensor-store.ts';
import type { Device } from '../../../trainer/device/device.ts';
import { matMul } from '../../../trainer/ops/product.ts';

/** Products [inputs, outputs] · [inputs, columns]; the largest is usually the fastest. */
const products = [
  { inputs: 2048, outputs: 2048, columns: 1024 },
  { inputs: 2048, outputs: 2048, columns: 512 },
  { inputs: 1536, outputs: 1536, columns: 512 },
];
const rounds = 5;

/**
 * The best FLOP/s that the matrix product of a device reaches with weights of this type: ggml's own
 * where it was opened without kernels.
 */
export async function bestMulMatRate(device: Device, typeName: string): Promise<number> {
  let best = 0;
  for (const product of products) best = Math.max(best, await rateOf(device, typeName, product));
  return best;
}

async function rateOf(
  device: Device,
  typeName: string,
  { inputs, outputs, columns }: (typeof products)[number],
): Promise<number> {
  using store = new TensorStore(device, 2);
  const weight = store.declare([inputs, outputs], tensorTypeId(typeName));
  const input = store.declare([inputs, columns]);
  store.allocate('the matrices of a benchmark');
  store.clear();
  device.write(input, new Float32Array(inputs * columns).fill(0.5));
  using graph = new ComputeGraph(device, 16);
  graph.require(matMul(graph, weight, input));
  using memory = new WorkingMemory(device);
  graph.place(memory);
  await graph.compute();
  let bestMs = Infinity;
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now();
    await graph.compute();
    bestMs = Math.min(bestMs, performance.now() - startedMs);
  }
  return (2 * inputs * outputs * columns * 1000) / bestMs;
}
