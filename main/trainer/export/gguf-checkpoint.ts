import type { ExportType } from '../../../shared/domain/export.ts';
import type { TaughtFormat } from '../../engines/protocol/trainer.ts';
import { chatTemplateKey } from '../../gguf/model/chat-template.ts';
import type { BaseModel } from '../weights/base-model.ts';
import type { TrainedParameter, TrainedWeights, LoraBranch } from '../weights/trained-weights.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import type { Device } from '../device/device.ts';
import { tensorSizeBytes, tensorTypeId } from '../../gguf/header/tensor-types.ts';
import type { GgufEntry, GgufStream, TensorStream } from '../../gguf/write/gguf-content.ts';
import type { LoraAdapter } from '../weights/lora-adapter.ts';
import { transposed } from '../weights/transpose.ts';

/** Type of the matrices of a written model; norms and biases are F32 always. */
export type OutputType = 'F32' | 'F16' | 'BF16' | 'Q8_0';

/** `general.file_type` of a file whose matrices have a type (`llama_ftype`, llama.h). */
const fileTypes: Record<OutputType | ExportType, number> = {
  F32: 0,
  F16: 1,
  Q8_0: 7,
  Q4_K_M: 15,
  Q5_K_M: 17,
  Q6_K: 18,
  BF16: 32,
};

/**
 * A whole model after full-parameter training, with the metadata of its base: tokenizer, template
 * and shape stay, name and file type are new. Each tensor is read when it is written, so that no
 * second copy of the model is held; nothing may be trained meanwhile.
 */
export function toGgufModel(
  device: Device,
  { model, trained }: { model: BaseModel; trained: TrainedWeights },
  { name, type, chatTemplate }: { name: string; type: OutputType; chatTemplate: string },
): GgufStream {
  const metadata = metadataOfModel(model.metadata, { name, type, chatTemplate });
  const tensors = trained.parameters.map((parameter) => toTensor(device, parameter, type));
  for (const { name: fixedName, tensor } of model.fixed)
    tensors.push(asFloats(fixedName, tensor, device));
  return { metadata, tensors };
}

/**
 * The metadata of a base with the name and the file type of another model, and with the chat
 * template that was chosen to train it (not empty), or what else it was taught.
 */
export function metadataOfModel(
  base: BaseModel['metadata'],
  {
    name,
    type,
    chatTemplate = '',
    taught,
  }: {
    name: string;
    type: OutputType | ExportType;
    chatTemplate?: string | undefined;
    taught?: TaughtFormat | undefined;
  },
): GgufEntry[] {
  const own: GgufEntry[] = [
    { key: 'general.name', type: 'string', value: name },
    { key: 'general.file_type', type: 'u32', value: fileTypes[type] },
    ...carriedEntries(
      base,
      taught && (chatTemplate === '' ? taught : { ...taught, carried: null }),
    ),
    ...templateEntry(chatTemplate),
  ];
  const replaced = new Set(own.map(({ key }) => key));
  const kept = [...base].filter(([key]) => !replaced.has(key));
  return [...kept.map(([key, value]) => ({ key, ...value })), ...own];
}

/**
 * Without them a base that has no template would talk elsewhere otherwise than it was trained, and
 * Ollama would put a BOS where llama.cpp puts none.
 */
export function carriedEntries(
  base: BaseModel['metadata'],
  taught: TaughtFormat | undefined,
): GgufEntry[] {
  if (!taught) return [];
  const { carried, addsBos } = taught;
  const bos: GgufEntry = { key: addBosKey, type: 'bool', value: addsBos };
  const end: GgufEntry = {
    key: 'tokenizer.ggml.eot_token_id',
    type: 'u32',
    value: carried?.endOfTurnId ?? -1,
  };
  return [
    ...(base.has(addBosKey) ? [] : [bos]),
    ...templateEntry(carried?.chatTemplate ?? ''),
    ...(end.value < 0 ? [] : [end]),
  ];
}

const addBosKey = 'tokenizer.ggml.add_bos_token';

const templateEntry = (value: string): GgufEntry[] =>
  value === '' ? [] : [{ key: chatTemplateKey, type: 'string', value }];

function toTensor(
  device: Device,
  { name, weight }: TrainedParameter,
  type: OutputType,
): TensorStream {
  // Rows that do not fill whole blocks stay as they are.
  if (weight.ne[1] === 1 || type === 'F32' || (type === 'Q8_0' && weight.ne[0] % 32 !== 0))
    return asFloats(name, weight, device);
  const id = tensorTypeId(type);
  const ne = weight.ne.slice(0, 2);
  const sizeBytes = Number(tensorSizeBytes(id, ne));
  const encode = () => {
    const data = new Uint8Array(sizeBytes);
    const values = device.readFloats(weight);
    device.ggml.ggml_quantize_chunk(id, values, data, 0, weight.ne[1], weight.ne[0], null);
    return [data];
  };
  return { name, ne, type: id, chunks: encode };
}

function asFloats(name: string, tensor: Tensor, device: Device): TensorStream {
  const ne = tensor.ne.slice(0, tensor.ne[1] > 1 ? 2 : 1);
  const read = () => [new Uint8Array(device.readFloats(tensor).buffer)];
  return { name, ne, type: elementType.f32, chunks: read };
}

/**
 * A LoRA adapter as llama.cpp loads it (llama-adapter.cpp, v0.4.0): per trained base tensor
 * `.lora_a` [in, rank] and `.lora_b` [rank, out], F32, and the alpha that scales
 * their product: llama.cpp divides it by the rank, whatever the scaling in training was. With the
 * chat template that trained it, unless that is the base's (empty).
 */
export function toGgufAdapter(
  device: Device,
  adapter: LoraAdapter,
  {
    name,
    architecture,
    chatTemplate = '',
  }: { name: string; architecture: string; chatTemplate?: string },
): GgufStream {
  return {
    metadata: [
      ...adapterMetadata({ name, architecture, alpha: adapter.scale * adapter.settings.rank }),
      ...templateEntry(chatTemplate),
    ],
    tensors: adapter.branches.flatMap((branch) => toTensors(device, branch)),
  };
}

/** What llama.cpp asks an adapter for. */
export const adapterMetadata = (adapter: {
  name: string;
  architecture: string;
  alpha: number;
}): GgufEntry[] => [
  { key: 'general.type', type: 'string', value: 'adapter' },
  { key: 'general.architecture', type: 'string', value: adapter.architecture },
  { key: 'general.name', type: 'string', value: adapter.name },
  { key: 'adapter.type', type: 'string', value: 'lora' },
  { key: 'adapter.lora.alpha', type: 'f32', value: adapter.alpha },
];

function toTensors(device: Device, { tensorName, a, b }: LoraBranch): TensorStream[] {
  const [outputs, rank] = b.weight.ne;
  const write = (suffix: string, ne: number[], read: () => Float32Array): TensorStream => ({
    name: `${tensorName}.${suffix}`,
    ne,
    type: elementType.f32,
    chunks: () => [new Uint8Array(read().buffer)],
  });
  const readB = () => transposed(device.readFloats(b.weight), outputs);
  return [
    write('lora_a', a.weight.ne.slice(0, 2), () => device.readFloats(a.weight)),
    write('lora_b', [rank, outputs], readB),
  ];
}
