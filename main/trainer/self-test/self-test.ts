import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import { isTestOf, type SelfTest, type TrainingDevice } from '../../../shared/domain/device.ts';
import { type Recipe, recipeSchema } from '../../../shared/domain/recipe/recipe.ts';
import type { SelfTestParams, EncodedSample } from '../../engines/protocol/trainer.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { familyOf, findDevice, listFamily } from '../ffi/devices.ts';
import { Trainer } from '../step/trainer.ts';
import { BaseModel } from '../weights/base-model.ts';
import { ModelFile } from '../weights/model-file.ts';
import { writeParameter } from '../weights/trained-weights.ts';
import { GgmlDevice } from '../device/ggml-device.ts';
import { elementCount } from '../device/tensor.ts';
import { compareResults, toleranceFor, type TrainingSample } from './compare-results.ts';
import { imitateBase, traitsOf } from './imitate-base.ts';
import type { Device } from '../device/device.ts';

type Method = Recipe['method'];

/** What is trained, and the number of tokens of each sample. */
interface BriefTraining {
  method: Method;
  lengths: readonly number[];
}

/** Bytes, which are the tokens of a tiny model; the longest takes two blocks of queries. */
const lengths = [170, 20];
const promptLength = 5;
const learningRate = 1e-3;

/**
 * Computes loss, every gradient and one optimizer step of a tiny model on the device and by ggml's
 * operations on the CPU. The model has the architecture and the element types of the base. Throws
 * DEVICE_UNAVAILABLE and DEVICE_LACKS_OPERATION; a wrong result is no error but `passed: false`.
 */
export async function selfTest(params: SelfTestParams): Promise<SelfTest> {
  const { basePath, method = 'lora', known = [] } = params;
  const startedMs = performance.now();
  const device = describedDevice(params.device);
  const traits = await traitsOf(basePath);
  const { architecture, weightTypes } = traits;
  const subject = { architecture, weightTypes, method };
  const before = known.find((test) => isStillTrue(test, device, subject));
  if (before) return before;
  const folder = await mkdtemp(join(tmpdir(), 'lima-self-test-'));
  try {
    const path = await imitateBase(folder, traits);
    const expected = await trainBriefly(reference, path, { method, lengths });
    const found = await trainBriefly(() => GgmlDevice.open(device.id, 1), path, {
      method,
      lengths,
    });
    const { id, description, driver, library } = device;
    return {
      device: id,
      description,
      driver,
      library,
      ...subject,
      ...compareResults(found, expected, toleranceFor(weightTypes)),
      elapsedMs: performance.now() - startedMs,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Only passed tests are kept, and only while the driver can be told from its next version. */
function isStillTrue(
  test: SelfTest,
  device: TrainingDevice,
  subject: Pick<SelfTest, 'architecture' | 'weightTypes' | 'method'>,
): boolean {
  const isSame = test.architecture === subject.architecture && test.method === subject.method;
  const hasSameTypes = test.weightTypes === subject.weightTypes;
  return test.passed && device.driver !== '' && isTestOf(device, test) && isSame && hasSameTypes;
}

function describedDevice(id: string): TrainingDevice {
  findDevice(id);
  const device = listFamily(familyOf(id)).devices.find((one) => one.id === id);
  if (!device)
    throw new TrainerError('DEVICE_UNAVAILABLE', `The device "${id}" has disappeared.`, {
      device: id,
    });
  return device;
}

/** What results are compared with: the CPU with ggml's operations alone, so our kernels are tested, too. */
export const reference = () => GgmlDevice.openCpu(1, { usesKernels: false });

/** Loss, gradients and one optimizer step of a tiny model with a byte vocabulary on a device. */
export async function trainBriefly(
  open: () => Device,
  path: string,
  { method, lengths: tokens }: BriefTraining,
): Promise<TrainingSample> {
  using device = open();
  await using file = await ModelFile.open(path);
  using model = await BaseModel.load(device, file, new AbortController().signal);
  const recipe = recipeSchema.parse({ method, rank: 8, alpha: 16, learningRate, threads: 1 });
  using trainer = new Trainer(device, model, recipe);
  const samples = makeSamples(tokens);
  fillUpMatrices(device, trainer);
  const loss = await trainer.accumulate(samples);
  const gradients = trainer.parameters.map(({ name, gradient }) => ({
    name,
    values: device.readFloats(gradient),
  }));
  const gradNorm = await trainer.applyGradients({ step: 1, learningRate });
  return { losses: [loss, gradNorm, await trainer.accumulate(samples)], gradients };
}

function makeSamples(tokenCounts: readonly number[]): EncodedSample[] {
  const uniform = seededUniform(11);
  return tokenCounts.map((length, index) => ({
    id: String(index),
    tokens: Int32Array.from({ length }, () => 32 + Math.floor(uniform() * 96)),
    trained: new Uint8Array(length).fill(1, promptLength),
  }));
}

/** B is zero at the start of a run, which would hide every error in the gradient of A. */
function fillUpMatrices(device: Device, { parameters }: Trainer): void {
  const uniform = seededUniform(7);
  for (const parameter of parameters) {
    if (!parameter.name.endsWith('.lora_b')) continue;
    const length = elementCount(parameter.weight.ne);
    const values = Float32Array.from({ length }, () => (uniform() - 0.5) * 0.1);
    writeParameter(device, parameter, values);
  }
}
