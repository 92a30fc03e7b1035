import { recipeSchema } from '../../../../shared/domain/recipe/recipe.ts';
import { loadOptions } from '../../../trainer/weights/start-weights.ts';
import { Trainer } from '../../../trainer/step/trainer.ts';
import { BaseModel } from '../../../trainer/weights/base-model.ts';
import { ModelFile } from '../../../trainer/weights/model-file.ts';
import type { StepSize } from './model-shape.ts';
import type { Device } from '../../../trainer/device/device.ts';
import type { EncodedSample } from '../../../engines/protocol/trainer.ts';
import { tensorTypeId } from '../../../gguf/header/tensor-types.ts';
import { ComputeGraph, WorkingMemory } from '../../../trainer/device/compute-graph.ts';
import { TensorStore } from '../../../trainer/device/tensor-store.ts';
import { matMul } from '../../../trainer/ops/product.ts';

/** What training steps took. */
export interface TrainingRate {
  /** Time of the fastest step, optimizer included. */
  bestStepMs: number;
  medianStepMs: number;
}

/** Times LoRA steps of one sample on a model file, rank 16 on all linear layers. */
export async function measureTraining(
  device: Device,
  basePath: string,
  { steps, ...size }: StepSize & { steps: number },
): Promise<TrainingRate> {
  await using file = await ModelFile.open(basePath);
  const recipe = recipeSchema.parse({ rank: 16, alpha: 32, batchSize: 1 });
  const { signal } = new AbortController();
  using model = await BaseModel.load(device, file, signal, loadOptions(recipe));
  using trainer = new Trainer(device, model, recipe);
  const sample = benchmarkSample(size, model.parameters.vocabularySize);
  const durationsMs: number[] = [];
  for (let step = 1; step <= steps + 1; step++) {
    const startedMs = performance.now();
    await trainer.accumulate([sample]);
    await trainer.applyGradients({ step, learningRate: 1e-4 });
    durationsMs.push(performance.now() - startedMs);
  }
  // The first step builds the graph.
  const timed = durationsMs.slice(1).toSorted((a, b) => a - b);
  const [bestStepMs = NaN] = timed;
  return { bestStepMs, medianStepMs: timed[Math.floor(timed.length / 2)] ?? NaN };
}

/** A sample whose last `trainedTokens` tokens are trained on. */
export function benchmarkSample(
  { tokens, trainedTokens }: StepSize,
  vocabularySize: number,
): EncodedSample {
  const length = tokens + 1;
  return {
    id: 'benchmark',
    tokens: Int32Array.from({ length }, (_, index) => (index * 7919) % vocabularySize),
    trained: new Uint8Array(length).fill(1, length - trainedTokens),
  };
}

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
