import type { GgufContent, GgufEntry, TensorToWrite } from '../../engines/gguf/gguf-content.ts';
import { tensorSizeBytes, tensorTypeId } from '../../engines/gguf/tensor-types.ts';
import type { FrozenModel } from '../model/frozen-model.ts';
import type { TrainedParameter, TrainedWeights } from '../model/trained-weights.ts';
import type { Backend } from '../tensor/backend.ts';
import { elementType } from '../tensor/element-type.ts';
import { elementCount, type Tensor } from '../tensor/tensor.ts';

/** Type of the matrices of a written model; norms and biases are F32 always. */
export type OutputType = 'F32' | 'F16' | 'BF16' | 'Q8_0';

/** `general.file_type` of a file whose matrices have a type (`llama_ftype`, llama.h). */
const fileTypes: Record<OutputType, number> = { F32: 0, F16: 1, Q8_0: 7, BF16: 32 };

/**
 * A whole model after full-parameter training, with the metadata of its base: tokenizer, template
 * and shape stay, name and file type are new.
 */
export function toGgufModel(
  backend: Backend,
  { model, trained }: { model: FrozenModel; trained: TrainedWeights },
  { name, type }: { name: string; type: OutputType },
): GgufContent {
  const own: GgufEntry[] = [
    { key: 'general.name', type: 'string', value: name },
    { key: 'general.file_type', type: 'u32', value: fileTypes[type] },
  ];
  const replaced = new Set(own.map(({ key }) => key));
  const kept = [...model.metadata].filter(([key]) => !replaced.has(key));
  const tensors = trained.parameters.map((parameter) => toTensor(backend, parameter, type));
  for (const { name: fixedName, tensor } of model.fixed)
    tensors.push(asFloats(fixedName, tensor, backend));
  return { metadata: [...kept.map(([key, value]) => ({ key, ...value })), ...own], tensors };
}

function toTensor(
  backend: Backend,
  { name, weight }: TrainedParameter,
  type: OutputType,
): TensorToWrite {
  // Rows that do not fill whole blocks stay as they are.
  if (weight.ne[1] === 1 || type === 'F32' || (type === 'Q8_0' && weight.ne[0] % 32 !== 0))
    return asFloats(name, weight, backend);
  const id = tensorTypeId(type);
  const ne = weight.ne.slice(0, 2);
  const data = new Uint8Array(Number(tensorSizeBytes(id, ne)));
  const values = backend.readFloats(weight);
  backend.ggml.ggml_quantize_chunk(id, values, data, 0, weight.ne[1], weight.ne[0], null);
  return { name, ne, type: id, data };
}

function asFloats(name: string, tensor: Tensor, backend: Backend): TensorToWrite {
  const ne = tensor.ne.slice(0, tensor.ne[1] > 1 ? 2 : 1);
  const data = new Uint8Array(backend.readFloats(tensor).buffer, 0, elementCount(tensor.ne) * 4);
  return { name, ne, type: elementType.f32, data };
}
