import type { TensorPlan } from '../../gguf/model/tensor-plan.ts';
import type { GgufTensor } from '../../gguf/read-tensors.ts';
import { EngineError } from '../../engines/serve-engine.ts';
import type { Backend } from '../device/ggml-device.ts';
import { elementType } from '../ops/element-type.ts';
import { elementCount, toExtents } from '../device/tensor.ts';
import { matricesOf } from './forward-copies.ts';
import { chooseComputeType, type LoadOptions } from './declare-weights.ts';

const gibibytes = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Refuses a model whose weights alone do not fit: the system kills a process that takes too much. */
export function requireWeightsMemory(
  backend: Backend,
  plan: TensorPlan,
  options: LoadOptions,
): void {
  const { memoryBytes, device } = backend;
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
  throw new EngineError(
    'OUT_OF_MEMORY',
    `Training this model needs ${gibibytes(neededBytes)} for its weights alone, ${device} has ` +
      `${gibibytes(memoryBytes)}. Choose a smaller base model, or another device.`,
  );
}
