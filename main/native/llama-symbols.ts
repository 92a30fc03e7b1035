import type { BoundFunctions, Signature } from './bind-functions.ts';

declare const kind: unique symbol;
/** Address of a C object; the brand keeps a model from being passed where a context belongs. */
type Pointer<Kind extends string> = bigint & { readonly [kind]: Kind };
/** `struct llama_model *`: freed with `llama_model_free`, after its contexts. */
export type ModelPtr = Pointer<'llama_model'>;
/** `struct llama_context *`: freed with `llama_free`. */
export type LlamaContextPtr = Pointer<'llama_context'>;
/** `struct llama_adapter_lora *`: freed with its model. */
export type AdapterPtr = Pointer<'llama_adapter_lora'>;
/** `const struct llama_vocab *`: part of its model. */
export type VocabPtr = Pointer<'llama_vocab'>;
/** `llama_memory_t`: the key-value cache, part of its context. */
export type MemoryPtr = Pointer<'llama_memory'>;

/** `struct llama_model_params` (llama.h), in order; each with the value the library gives it. */
export const modelParams = {
  devices: ['void *', null],
  tensor_buft_overrides: ['void *', null],
  n_gpu_layers: ['int32_t', -1],
  split_mode: ['int', 1],
  load_mode: ['int', -1],
  lazy_mode: ['int', 1],
  main_gpu: ['int32_t', 0],
  tensor_split: ['void *', null],
  progress_callback: ['void *', null],
  progress_callback_user_data: ['void *', null],
  kv_overrides: ['void *', null],
  vocab_only: ['bool', false],
  check_tensors: ['bool', false],
  use_extra_bufts: ['bool', true],
  no_host: ['bool', false],
  no_alloc: ['bool', false],
  load_mtp: ['bool', false],
} as const satisfies StructTable;

/** `struct llama_context_params` (llama.h), in order; each with the value the library gives it. */
export const contextParams = {
  n_ctx: ['uint32_t', 512],
  n_batch: ['uint32_t', 2048],
  n_ubatch: ['uint32_t', 512],
  n_seq_max: ['uint32_t', 1],
  n_rs_seq: ['uint32_t', 0],
  n_outputs_max: ['uint32_t', 0],
  n_outputs_max_per_seq: ['uint32_t', 1],
  n_threads: ['int32_t', 4],
  n_threads_batch: ['int32_t', 4],
  ctx_type: ['int', 0],
  rope_scaling_type: ['int', -1],
  pooling_type: ['int', -1],
  attention_type: ['int', -1],
  flash_attn_type: ['int', -1],
  rope_freq_base: ['float', 0],
  rope_freq_scale: ['float', 0],
  yarn_ext_factor: ['float', -1],
  yarn_attn_factor: ['float', -1],
  yarn_beta_fast: ['float', -1],
  yarn_beta_slow: ['float', -1],
  yarn_orig_ctx: ['uint32_t', 0],
  defrag_thold: ['float', -1],
  cb_eval: ['void *', null],
  cb_eval_user_data: ['void *', null],
  type_k: ['int', 1],
  type_v: ['int', 1],
  abort_callback: ['void *', null],
  abort_callback_data: ['void *', null],
  embeddings: ['bool', false],
  offload_kqv: ['bool', true],
  no_perf: ['bool', true],
  op_offload: ['bool', true],
  swa_full: ['bool', true],
  kv_unified: ['bool', false],
  samplers: ['void *', null],
  n_samplers: ['size_t', 0],
  ctx_other: ['void *', null],
} as const satisfies StructTable;

/** A C struct: the type of each field, and the value by which its place is recognized. */
export type StructTable = Record<
  string,
  readonly [type: string, expected: number | boolean | null]
>;

type FieldValue<Value> = Value extends number ? number : Value extends boolean ? boolean : null;
type StructValue<Table extends StructTable> = {
  -readonly [Name in keyof Table]: FieldValue<Table[Name][1]>;
};
export type ModelParams = StructValue<typeof modelParams>;
export type ContextParams = StructValue<typeof contextParams>;

/** `struct llama_batch` (llama.h): addresses of arrays, one element of each a token. */
export interface Batch {
  n_tokens: number;
  token: bigint;
  embd: null;
  pos: bigint;
  n_seq_id: bigint;
  seq_id: bigint;
  logits: bigint;
}

/** Fields of `struct llama_batch` in order. */
export const batchFields = {
  n_tokens: 'int32_t',
  token: 'void *',
  embd: 'void *',
  pos: 'void *',
  n_seq_id: 'void *',
  seq_id: 'void *',
  logits: 'void *',
};

/** JavaScript type of every kind of argument and result in the table below. */
export interface LlamaKinds {
  void: undefined;
  bool: boolean;
  int: number;
  string: string;
  floats: Float32Array;
  pointers: BigUint64Array;
  size: number;
  model: ModelPtr;
  modelOrNull: ModelPtr | null;
  context: LlamaContextPtr;
  contextOrNull: LlamaContextPtr | null;
  adapterOrNull: AdapterPtr | null;
  vocab: VocabPtr;
  memory: MemoryPtr;
  modelParams: ModelParams;
  contextParams: ContextParams;
  batch: Batch;
  addressOrNull: bigint | null;
}

/** C type of every kind, in koffi's notation; kinds that are missing here are `void *`. */
export const llamaTypes: Partial<Record<keyof LlamaKinds, string>> = {
  void: 'void',
  bool: 'bool',
  int: 'int32_t',
  string: 'str',
  size: 'size_t',
  modelParams: 'llama_model_params',
  contextParams: 'llama_context_params',
  batch: 'llama_batch',
};

type LlamaSignature = Signature<'llama', keyof LlamaKinds>;

/** Every C function that answers are made with, as declared in include/llama.h of v0.4.0. */
export const llamaSignatures = {
  llama_version: ['llama', 'string', []],
  llama_model_default_params: ['llama', 'modelParams', []],
  llama_context_default_params: ['llama', 'contextParams', []],
  llama_model_load_from_file: ['llama', 'modelOrNull', ['string', 'modelParams']],
  llama_model_free: ['llama', 'void', ['model']],
  llama_model_get_vocab: ['llama', 'vocab', ['model']],
  llama_vocab_n_tokens: ['llama', 'int', ['vocab']],
  llama_init_from_model: ['llama', 'contextOrNull', ['model', 'contextParams']],
  llama_free: ['llama', 'void', ['context']],
  llama_get_memory: ['llama', 'memory', ['context']],
  llama_adapter_lora_init: ['llama', 'adapterOrNull', ['model', 'string']],
  llama_set_adapters_lora: ['llama', 'int', ['context', 'pointers', 'size', 'floats']],
  llama_memory_seq_rm: ['llama', 'bool', ['memory', 'int', 'int', 'int']],
  llama_memory_seq_cp: ['llama', 'void', ['memory', 'int', 'int', 'int', 'int']],
  llama_decode: ['llama', 'int', ['context', 'batch']],
  llama_synchronize: ['llama', 'void', ['context']],
  llama_get_logits: ['llama', 'addressOrNull', ['context']],
} as const satisfies Record<string, LlamaSignature>;

/** The bound functions of llama.cpp, by their C names. */
export type LlamaFunctions = BoundFunctions<LlamaKinds, typeof llamaSignatures>;
