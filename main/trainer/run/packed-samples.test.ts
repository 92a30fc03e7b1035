import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeTinyModel, type TinyModelOptions } from '../../gguf/tiny/tiny-model.ts';
import type { EncodedSample } from '../../engines/protocol/trainer.ts';
import { packSamples } from '../data/pack.ts';
import { firstKeysOf } from '../model/visible-keys.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { byteSample, openModel, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import { Trainer } from '../step/trainer.ts';

const folder = await temporaryFolder();
const device = GgmlDevice.openCpu(1);
afterAll(async () => {
  device[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

const path = join(folder.path, 'base.gguf');
await writeTinyModel(path, { embeddingLength: 64, feedForwardLength: 96, layers: 2, kvHeads: 2 });

const samples = [190, 150, 120, 70].map((length, index) =>
  byteSample(`${index}`, Array.from({ length }, (_, at) => (at * (index + 3)) % 10).join('')),
);

/** Loss and gradients of the first matrices after computing `packs` one after the other. */
async function accumulate(packs: readonly EncodedSample[][], basePath = path) {
  using model = await openModel(device, basePath);
  using trainer = new Trainer(device, model, tinyRecipe({ learningRate: 1 }));
  // B is zero at the start and would hide every gradient of A.
  await trainer.accumulate(samples.slice(0, 1));
  await trainer.applyGradients({ step: 1, learningRate: 0.01 });
  const measured = await trainer.measureLoss(packs.flat());
  let loss = 0;
  for (const pack of packs) loss += await trainer.accumulate(pack);
  const gradients = trainer.parameters.flatMap(({ gradient }) => [...device.readFloats(gradient)]);
  return { loss, measured, gradients };
}

test('samples packed side by side give the loss and the gradients of each alone', async () => {
  const batch = packSamples(samples);
  expect(firstKeysOf(batch.segments, batch.tokens.length)).toEqual([0, 0, 160, 448]);
  const packed = await accumulate([samples]);
  const alone = await accumulate(samples.map((sample) => [sample]));
  expect(Math.abs(packed.loss / alone.loss - 1)).toBeLessThan(1e-6);
  const difference = packed.gradients.map((value, at) => value - (alone.gradients[at] ?? NaN));
  expect(Math.hypot(...difference) / Math.hypot(...alone.gradients)).toBeLessThan(1e-5);
});

/** A phi3 that turns what is longer than its first context by the long factors. */
const phi3Shape = (firstContextLength: number): TinyModelOptions => ({
  architecture: 'phi3',
  embeddingLength: 64,
  feedForwardLength: 96,
  layers: 2,
  fusedProjections: true,
  ropeFactors: ['rope_factors_short', 'rope_factors_long'],
  metadata: { 'rope.scaling.original_context_length': firstContextLength },
});

// A pack of short samples was longer than the first context, and turned all of them by the long factors.
test('a sample is turned by the rope factors of its own length, whatever is packed beside it', async () => {
  const phi3 = join(folder.path, 'phi3.gguf');
  await writeTinyModel(phi3, phi3Shape(130));
  const packed = await accumulate([samples], phi3);
  const alone = await accumulate(
    samples.map((sample) => [sample]),
    phi3,
  );
  expect(Math.abs(packed.loss / alone.loss - 1)).toBeLessThan(1e-6);
  expect(Math.abs(packed.measured / alone.loss - 1)).toBeLessThan(1e-6);
  const difference = packed.gradients.map((value, at) => value - (alone.gradients[at] ?? NaN));
  expect(Math.hypot(...difference) / Math.hypot(...alone.gradients)).toBeLessThan(1e-5);
  // The factors make a difference at all: with the long ones for all of them the loss is another.
  const everyLong = join(folder.path, 'long.gguf');
  await writeTinyModel(everyLong, phi3Shape(10));
  const long = await accumulate([samples], everyLong);
  expect(Math.abs(long.loss / alone.loss - 1)).toBeGreaterThan(1e-5);
});

test('one long sample is not worth a graph of its own', () => {
  expect(firstKeysOf(new Int32Array(500), 512)).toEqual([]);
});
