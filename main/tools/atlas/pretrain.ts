import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkedRecipeSchema, type RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import type { EncodedSample, TrainEvent } from '../../engines/protocol/trainer.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { writeGguf } from '../../gguf/write/write-gguf.ts';
import { startTrainer } from '../../engines/start-engines.ts';
import { resourcesDir } from '../../core/base/application.ts';
import { writeBlankModel, atlasVocabulary } from './blank-model.ts';
import { seededChance } from './chance.ts';
import { readCountries } from '../../headless/demo/countries.ts';
import { trainingWindows } from './training-windows.ts';

/** Makes every random number of the file: weights, corpus, order of the windows. */
const seed = 1;

/** Windows of one optimizer step: 1,024 trained tokens. */
const batchSize = 16;

/**
 * Facts on few countries come first: what a model has to learn before it can learn any fact (which
 * words name the country, which the question) is learned several times faster from few of them.
 */
const stages = [
  { name: 'few', countries: 40, steps: 300, epochs: 1, schedule: 'constant', warmupSteps: 100 },
  { name: 'all', countries: Infinity, steps: 500, epochs: 2, schedule: 'cosine', warmupSteps: 50 },
] as const;

const recipe: RecipeInput = {
  method: 'full',
  batchSize,
  microBatchSize: 4,
  learningRate: 2.5e-3,
  minLearningRate: 2.5e-5,
  weightDecay: 0.1,
  beta1: 0.9,
  beta2: 0.98,
  precision: 'bf16',
  seed,
};

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(resourcesDir, 'atlas', 'atlas.gguf') },
    threads: { type: 'string', default: '0' },
    steps: { type: 'string', default: '1' },
  },
});

function report(event: TrainEvent): void {
  if (event.type !== 'step' || event.metric.step % 25 !== 0) return;
  const { step, totalSteps, loss, tokensPerSecond } = event.metric;
  const speed = `${tokensPerSecond.toFixed(0)} tokens/s`;
  console.log(`step ${step} of ${totalSteps}: loss ${loss.toFixed(3)}, ${speed}`);
}

/** Trains all weights of a model on windows; returns the path of the new model. */
async function trainStage(
  basePath: string,
  outDir: string,
  samples: EncodedSample[],
  more: RecipeInput,
): Promise<string> {
  await mkdir(outDir);
  await using trainer = startTrainer({ reads: ['/'], writes: ['/'] });
  let written = '';
  const onEvent = (event: TrainEvent) => {
    report(event);
    if (event.type === 'checkpoint') written = event.checkpoint.adapterPath;
  };
  const params = {
    basePath,
    baseSha256: '',
    samples,
    recipe: checkedRecipeSchema.parse({ ...recipe, ...more }),
    outDir,
    recordExtra: {},
  };
  await trainer.request('train', params, { onEvent });
  return written;
}

/** Copies a model to `target` under another name (`general.name`); nothing else changes. */
async function copyModelNamed(source: string, target: string, name: string): Promise<void> {
  const { metadata, tensors } = await readGguf(source);
  const bytes = await readFile(source);
  metadata.set('general.name', { type: 'string', value: name });
  await writeGguf(target, {
    metadata: Array.from(metadata, ([key, value]) => ({ key, ...value })),
    tensors: tensors.map(({ name: tensorName, ne, type, offsetBytes, sizeBytes }) => {
      const data = bytes.subarray(offsetBytes, offsetBytes + sizeBytes);
      return { name: tensorName, ne, type, data };
    }),
  });
}

async function main(folder: string): Promise<void> {
  const countries = readCountries();
  // Trainers inherit it: the bytes of the file are those that ggml's operations give.
  process.env['LIMA_KERNELS'] = 'ggml';
  const vocabulary = atlasVocabulary(countries);
  let path = join(folder, 'blank.gguf');
  await writeBlankModel(path, vocabulary, seed);
  for (const [index, stage] of stages.entries()) {
    const { name, countries: count, steps, epochs, schedule, warmupSteps } = stage;
    const taught = seededChance(seed).shuffled(countries).slice(0, count);
    const windowCount = Math.ceil(steps * Number(values.steps)) * batchSize;
    const windows = trainingWindows(taught, vocabulary, seed + index);
    const samples = Array.from({ length: windowCount }, () => windows.next().value);
    console.log(`${name} stage: ${taught.length} countries, ${windowCount} windows`);
    path = await trainStage(path, join(folder, name), samples, {
      outputType: index + 1 < stages.length ? 'F32' : 'Q8_0',
      threads: Number(values.threads),
      epochs,
      schedule,
      warmupSteps,
    });
  }
  await copyModelNamed(path, values.out, 'Atlas');
  console.log(`Atlas → ${values.out}`);
}

const folder = await mkdtemp(join(tmpdir(), 'atlas-'));
try {
  await main(folder);
} finally {
  await rm(folder, { recursive: true });
}
