import { invalidGguf } from '../header/gguf-error.ts';
import type { GgufFile } from '../header/gguf-file.ts';
import type { GgufValue, ScalarType } from '../header/gguf-value.ts';

const general: Record<string, ScalarType> = {
  'general.architecture': 'string',
  'general.type': 'string',
  'general.name': 'string',
  'general.file_type': 'u32',
  'general.quantization_version': 'u32',
  'split.no': 'u16',
  'split.count': 'u16',
  'split.tensors.count': 'i32',
  'tokenizer.ggml.model': 'string',
  'tokenizer.ggml.pre': 'string',
  'tokenizer.chat_template': 'string',
  'tokenizer.ggml.token_type_count': 'u32',
  'tokenizer.ggml.add_bos_token': 'bool',
  'tokenizer.ggml.add_eos_token': 'bool',
  'tokenizer.ggml.add_sep_token': 'bool',
  'tokenizer.ggml.add_space_prefix': 'bool',
  'tokenizer.ggml.remove_extra_whitespaces': 'bool',
  'tokenizer.ggml.normalizer.lowercase': 'bool',
  'tokenizer.ggml.normalizer.strip_accents': 'bool',
  'adapter.type': 'string',
  'adapter.lora.alpha': 'f32',
};

/** Below the architecture's name; read for every architecture (llama-model.cpp, load_hparams). */
const ofArchitecture: Record<string, ScalarType> = {
  context_length: 'u32',
  embedding_length: 'u32',
  embedding_length_out: 'u32',
  block_count: 'u32',
  vocab_size: 'u32',
  nextn_predict_layers: 'u32',
  expert_count: 'u32',
  expert_group_count: 'u32',
  expert_group_used_count: 'u32',
  'attention.causal': 'bool',
  'attention.key_length': 'u32',
  'attention.value_length': 'u32',
  'attention.layer_norm_epsilon': 'f32',
  'attention.layer_norm_rms_epsilon': 'f32',
  'rope.dimension_count': 'u32',
  'rope.freq_base': 'f32',
  'rope.scale_linear': 'f32',
  'rope.scaling.type': 'string',
  'rope.scaling.factor': 'f32',
  'rope.scaling.attn_factor': 'f32',
  'rope.scaling.original_context_length': 'u32',
  'rope.scaling.finetuned': 'bool',
};

/** Keys with one value, or one value per layer, both of 32 bits. */
const perLayer = [
  'feed_forward_length',
  'attention.head_count',
  'attention.head_count_kv',
  'expert_used_count',
];

const tokenId = /^tokenizer\.ggml\.[a-z_]+_token_id$/;

/**
 * Rejects a value of another type than llama.cpp reads it as: it refuses most of those files, and
 * on a few keys (`general.file_type`, `adapter.lora.alpha`) it aborts the process.
 */
export function checkValueTypes({ metadata }: Pick<GgufFile, 'metadata'>): void {
  for (const [key, type] of Object.entries(general)) requireType(metadata.get(key), key, type);
  for (const [key, value] of metadata) if (tokenId.test(key)) requireType(value, key, 'u32');
  const architecture = metadata.get('general.architecture');
  if (architecture?.type !== 'string' || architecture.value === 'clip') return;
  const own = (key: string) => `${architecture.value}.${key}`;
  for (const [key, type] of Object.entries(ofArchitecture))
    requireType(metadata.get(own(key)), own(key), type);
  for (const key of perLayer) requirePerLayer(metadata.get(own(key)), own(key));
}

function requirePerLayer(value: GgufValue | undefined, key: string): void {
  if (value?.type !== 'array') return requireType(value, key, 'u32');
  if (value.elementType !== 'u32' && value.elementType !== 'i32')
    throw invalidGguf(`"${key}" is an array of ${value.elementType} instead of an array of u32`);
}

function requireType(value: GgufValue | undefined, key: string, type: ScalarType): void {
  if (value && value.type !== type)
    throw invalidGguf(`"${key}" has the type ${value.type} instead of ${type}`);
}
