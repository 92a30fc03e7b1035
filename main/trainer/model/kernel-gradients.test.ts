import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RecipeInput } from '../../../shared/domain/recipe/recipe.ts';
import { architectureNames } from '../../gguf/model/architectures.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { loadOptions } from '../weights/start-weights.ts';
import { Trainer } from '../step/trainer.ts';
import { makePattern } from '../../tools/support/twin-models.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { relativeDifference } from '../testing/compute-node.ts';
import { fillUpMatrices } from '../testing/finite-differences.ts';
import { byteSample, openModel, temporaryFolder, tinyRecipe } from '../testing/open-model.ts';
import type { Device } from '../device/device.ts';
import { attendsByKernel } from './visible-keys.ts';

/** Longer than tiles, blocks of queries and windows, and several in one micro-batch. */
const samples = [
  byteSample('a', 'Paris is in France.', 5),
  byteSample('b', 'A longer sample with more of a text than the others have. '.repeat(3), 20),
  byteSample('c', 'The Seine', 1),
];
const methods: RecipeInput[] = [
  { method: 'lora', loraDropout: 0 },
  { method: 'lora', loraDropout: 0.25 },
  { method: 'full' },
];

const folder = await temporaryFolder();
const own = GgmlDevice.openCpu(1);
const reference = GgmlDevice.openCpu(1, { usesKernels: false });
afterAll(async () => {
  own[Symbol.dispose]();
  reference[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

/** The loss of one micro-batch and the gradient of everything that is trained. */
async function train(device: Device, path: string, fields: RecipeInput) {
  const recipe = tinyRecipe(fields);
  using model = await openModel(device, path, loadOptions(recipe));
  using trainer = new Trainer(device, model, recipe);
  fillUpMatrices(device, trainer);
  const loss = await trainer.accumulate(samples);
  const gradients = new Map(
    trainer.parameters.map(({ name, gradient }) => [name, device.readFloats(gradient)]),
  );
  return { loss, gradients, isByKernel: attendsByKernel(device.kernels, model.parameters) };
}

/** The gradients that are more than 0.01 % off, the loss, and who computed attention. */
async function compare(path: string, fields: RecipeInput) {
  const expected = await train(reference, path, fields);
  const found = await train(own, path, fields);
  const wrong = [...expected.gradients].flatMap(([name, gradient]) => {
    const error = relativeDifference(found.gradients.get(name) ?? new Float32Array(), gradient);
    return error < 1e-4 ? [] : [`${name}: ${error}`];
  });
  const lossError = Math.abs(found.loss / expected.loss - 1);
  return { wrong, lossError, isByKernel: found.isByKernel, count: expected.gradients.size };
}

describe.runIf(own.kernels)('a step by kernels', () => {
  describe.each(architectureNames)('of %s', (architecture) => {
    test.each(methods)(
      'has the loss and the gradients of a step by ggml ($method, LoRA dropout $loraDropout)',
      async (fields) => {
        await makePattern(folder.path, architecture);
        const result = await compare(join(folder.path, `${architecture}.gguf`), fields);
        expect(result).toMatchObject({ wrong: [], isByKernel: true });
        expect(result.lossError).toBeLessThan(1e-5);
        expect(result.count).toBeGreaterThan(10);
      },
    );
  });

  test.each(methods)(
    'equals a step by ggml where heads are no whole vectors and ggml computes attention ($method, LoRA dropout $loraDropout)',
    async (fields) => {
      const path = join(folder.path, 'odd.gguf');
      await writeTinyModel(path, { embeddingLength: 80, heads: 4, kvHeads: 2, layers: 2 });
      const result = await compare(path, fields);
      expect(result).toMatchObject({ wrong: [], isByKernel: false });
      expect(result.lossError).toBeLessThan(1e-5);
    },
  );
});
