import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { TrainerError } from '../../engines/protocol/engine-error.ts';
import { elementCount, elementType, toExtents } from '../device/tensor.ts';
import { matricesOf } from './forward-copies.ts';
import { chooseComputeType, type LoadOptions } from './declare-weights.ts';
import type { Device } from '../device/device.ts';
import { readModelShape } from './base-model.ts';
import { ModelFile } from './model-file.ts';

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Refuses a model whose weights alone do not fit: the system kills a process that takes too much. */
export function requireWeightsMemory(device: Device, file: ModelFile, options: LoadOptions): void {
  const { plan } = readModelShape(file);
  const { memoryBytes, description } = device;
  const copyBytes = chooseComputeType(plan, options) === elementType.f32 ? 4 : 2;
  // Trained: master, gradient and two moments in F32, and two copies for products.
  const trainedBytes = 16 + 2 * copyBytes;
  const bytesOf = ({ ne, sizeBytes }: GgufTensor) => {
    const count = elementCount(toExtents(ne));
    return options.trainsWeights ? count * trainedBytes : sizeBytes + count * copyBytes;
  };
  const neededBytes = matricesOf(plan).reduce(
    (sum, matrix) => sum + bytesOf(matrix),
    plan.embedding.sizeBytes,
  );
  if (neededBytes < memoryBytes) return;
  throw new TrainerError(
    'OUT_OF_MEMORY',
    `Training this model needs ${gibibytes(neededBytes)} for its weights alone, ${description} has ` +
      `${gibibytes(memoryBytes)}. Choose a smaller base model, or another device.`,
    { neededBytes, availableBytes: memoryBytes },
  );
}
