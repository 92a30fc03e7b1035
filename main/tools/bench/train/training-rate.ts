import { recipeSchema } from '../../../../shared/domain/recipe.ts';
import { loadOptions } from '../../../trainer/weights/start-weights.ts';
import { Trainer } from '../../../trainer/step/trainer.ts';
import { BaseModel } from '../../../trainer/weights/base-model.ts';
import { ModelFile } from '../../../trainer/weights/model-file.ts';
import { benchmarkSample } from './benchmark-sample.ts';
import type { StepSize } from './model-flops.ts';
import type { Device } from '../../../trainer/device/device.ts';

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
