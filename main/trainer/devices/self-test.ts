import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recipeSchema } from '../../../shared/domain/recipe.ts';
import type { SelfTestParams, SelfTestResult } from '../../engines/protocol/devices.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { EngineError } from '../../engines/serve-engine.ts';
import { seededUniform } from '../data/random.ts';
import { listFamily, familyOf } from '../ffi/devices.ts';
import { Trainer } from '../loop/trainer.ts';
import { FrozenModel } from '../model/frozen-model.ts';
import { ModelFile } from '../model/model-file.ts';
import { Backend } from '../tensor/backend.ts';
import { compareResults, toleranceFor, type TrainingSample } from './compare-results.ts';
import { imitateBase } from './imitate-base.ts';

/** Bytes, which are the tokens of a tiny model; the longest takes two blocks of queries. */
const lengths = [170, 20];
const promptLength = 5;
const recipe = recipeSchema.parse({
  rank: 8,
  alpha: 16,
  batchSize: lengths.length,
  learningRate: 1e-3,
  threads: 1,
});

/**
 * Computes loss, every gradient of the adapter and one optimizer step of a tiny model on the
 * device and on the CPU. The model has the architecture and the element types of the base. Throws
 * DEVICE_UNAVAILABLE and DEVICE_LACKS_OPERATION; a wrong result is no error but `passed: false`.
 */
export async function selfTest({ device, basePath }: SelfTestParams): Promise<SelfTestResult> {
  const startedMs = performance.now();
  const folder = await mkdtemp(join(tmpdir(), 'lima-self-test-'));
  try {
    const { path, architecture, weightTypes } = await imitateBase(folder, basePath);
    const expected = await trainOn('cpu', path);
    const found = await trainOn(device, path);
    return {
      device,
      ...identityOf(device),
      architecture,
      weightTypes,
      ...compareResults(found, expected, toleranceFor(weightTypes)),
      elapsedMs: performance.now() - startedMs,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function identityOf(id: string) {
  const found = listFamily(familyOf(id)).devices.find((device) => device.id === id);
  if (!found) throw new EngineError('DEVICE_UNAVAILABLE', `The device "${id}" has disappeared.`);
  const { description, driver, library } = found;
  return { description, driver, library };
}

async function trainOn(device: string, path: string): Promise<TrainingSample> {
  using backend = Backend.open(device, 1);
  await using file = await ModelFile.open(path);
  using model = await FrozenModel.load(backend, file, new AbortController().signal);
  using trainer = new Trainer(backend, model, recipe);
  const samples = makeSamples();
  fillUpMatrices(trainer);
  const loss = await trainer.accumulate(samples);
  const gradients = trainer.adapter.branches.flatMap(({ tensorName, down, up }) => [
    { name: `${tensorName} A`, values: backend.readFloats(down.gradient) },
    { name: `${tensorName} B`, values: backend.readFloats(up.gradient) },
  ]);
  const trainedTokens = samples.reduce((sum, { tokens }) => sum + tokens.length - promptLength, 0);
  const { learningRate } = recipe;
  const gradNorm = await trainer.applyGradients({ step: 1, learningRate, trainedTokens });
  return { losses: [loss, gradNorm, await trainer.accumulate(samples)], gradients };
}

function makeSamples(): EncodedSample[] {
  const uniform = seededUniform(11);
  return lengths.map((length, index) => ({
    id: String(index),
    tokens: Int32Array.from({ length }, () => 32 + Math.floor(uniform() * 96)),
    trained: new Uint8Array(length).fill(1, promptLength),
  }));
}

/** B is zero at the start of a run, which would hide every error in the gradient of A. */
function fillUpMatrices({ adapter }: Trainer): void {
  const uniform = seededUniform(7);
  for (const { up } of adapter.branches) {
    const length = up.weight.ne[0] * up.weight.ne[1];
    adapter.writeMatrix(
      up,
      Float32Array.from({ length }, () => (uniform() - 0.5) * 0.1),
    );
  }
}
