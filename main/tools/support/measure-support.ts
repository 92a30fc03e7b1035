import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architectureNames } from '../../gguf/model/architectures.ts';
import { trainableTypes } from '../../gguf/model/trainable.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { compareResults, type Comparison } from '../../trainer/self-test/compare-results.ts';
import { GgmlDevice } from '../../trainer/device/ggml-device.ts';
import { reference, trainBriefly } from '../../trainer/self-test/self-test.ts';
import { makeRowPool, type RowPool } from './row-pool.ts';
import { makePattern, type ModelPattern, writeTwin } from './twin-models.ts';

/** Short: there are more than a hundred kinds of models. */
const training = { method: 'lora', lengths: [20, 12] } as const;

/**
 * Largest relative difference that is rounding: products with quantized weights round the other
 * operand to 8 bits, up to 256 values by one scale, which two blocks amplify to 6 % of a gradient.
 * A wrong operation is off by more than half.
 */
const tolerance = 0.1;

/** What training one kind of model on a device gave. */
export interface SupportCell {
  architecture: string;
  type: string;
  passed: boolean;
  /** The largest relative differences, or what the device lacks. */
  detail: string;
}

/**
 * Trains a tiny model of every architecture with weights of every type on a device: a cell passes
 * when loss, gradients and one optimizer step are those of an F32 model of the same weights on the
 * CPU. `isWanted` leaves out the others.
 */
export async function measureSupport(
  device: string,
  isWanted: (architecture: string, type: string) => boolean = () => true,
): Promise<SupportCell[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lima-support-'));
  try {
    const pools = trainableTypes.map((type) => ({ type, pool: makeRowPool(type) }));
    const cells: SupportCell[] = [];
    for (const architecture of architectureNames) {
      const pattern = await makePattern(folder, architecture);
      for (const { type, pool } of pools) {
        if (!isWanted(architecture, type)) continue;
        const result = await trainTwins(folder, { pattern, pool, device });
        cells.push({ architecture, type, ...judge(result) });
      }
    }
    return cells;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Differences between a model on the device and its exact twin on the CPU, or why there are none. */
async function trainTwins(
  folder: string,
  { pattern, pool, device }: { pattern: ModelPattern; pool: RowPool; device: string },
): Promise<Comparison | TrainerError> {
  const [exactPath, path] = [join(folder, 'exact.gguf'), join(folder, 'twin.gguf')];
  await writeTwin(exactPath, pattern, { pool, exact: true });
  await writeTwin(path, pattern, { pool, exact: false });
  const expected = await trainBriefly(reference, exactPath, training);
  try {
    const found = await trainBriefly(() => GgmlDevice.open(device, 1), path, training);
    return compareResults(found, expected, tolerance);
  } catch (error) {
    if (error instanceof TrainerError && error.code === 'DEVICE_LACKS_OPERATION') return error;
    throw error;
  }
}

function judge(result: Comparison | TrainerError): Pick<SupportCell, 'passed' | 'detail'> {
  if (result instanceof TrainerError) return { passed: false, detail: result.message };
  const { passed, lossDifference, gradientDifference, worstTensor } = result;
  const detail = `loss ${percent(lossDifference)}, gradient ${percent(gradientDifference)} at ${worstTensor}`;
  return { passed, detail };
}

const percent = (value: number) => `${(value * 100).toFixed(2)} %`;
