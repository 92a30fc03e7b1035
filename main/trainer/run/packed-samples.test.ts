import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
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
async function accumulate(packs: readonly EncodedSample[][]) {
  using model = await openModel(device, path);
  using trainer = new Trainer(device, model, tinyRecipe({ learningRate: 1 }));
  // B is zero at the start and would hide every gradient of A.
  await trainer.accumulate(samples.slice(0, 1));
  await trainer.applyGradients({ step: 1, learningRate: 0.01 });
  let loss = 0;
  for (const pack of packs) loss += await trainer.accumulate(pack);
  const gradients = trainer.parameters.flatMap(({ gradient }) => [...device.readFloats(gradient)]);
  return { loss, gradients };
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

test('one long sample is not worth a graph of its own', () => {
  expect(firstKeysOf(new Int32Array(500), 512)).toEqual([]);
});
