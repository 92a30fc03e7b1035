import type { BoundFunctions, Signature } from '../../native/bind-functions.ts';
import type {
  AllocatorPtr,
  BackendPtr,
  BufferPtr,
  BufferTypePtr,
  ContextPtr,
  DevicePtr,
  FunctionPtr,
  GraphPtr,
  RegistryPtr,
  TensorPtr,
  TypeTraitsPtr,
} from './pointers.ts';

/** `struct ggml_init_params` (ggml.h): with `no_alloc`, tensor data lives in backend buffers. */
export interface InitParams {
  mem_size: number;
  mem_buffer: null;
  no_alloc: boolean;
}

/** Memory that C reads or writes during one call; its byte length is checked by the caller. */
export type Bytes = NodeJS.TypedArray;

/** JavaScript type of every kind of argument and result in the table below. */
interface Kinds {
  void: undefined;
  bool: boolean;
  int: number;
  int64: number;
  size: number;
  float: number;
  string: string;
  initParams: InitParams;
  bytes: Bytes;
  bytesOrNull: Bytes | null;
  context: ContextPtr;
  tensor: TensorPtr;
  tensorOrNull: TensorPtr | null;
  graph: GraphPtr;
  allocator: AllocatorPtr;
  backend: BackendPtr;
  backendOrNull: BackendPtr | null;
  buffer: BufferPtr;
  bufferOrNull: BufferPtr | null;
  bufferType: BufferTypePtr;
  deviceOrNull: DevicePtr | null;
  device: DevicePtr;
  registry: RegistryPtr;
  registryOrNull: RegistryPtr | null;
  typeTraits: TypeTraitsPtr;
  functionOrNull: FunctionPtr | null;
  stringOrNull: string | null;
  /** An address as a number: of a function, or of memory that koffi does not touch. */
  address: bigint;
}
type Kind = keyof Kinds;

/** C type of every kind, in koffi's notation; kinds that are missing here are `void *`. */
export const cTypes: Partial<Record<Kind, string>> = {
  void: 'void',
  bool: 'bool',
  int: 'int',
  int64: 'int64_t',
  size: 'size_t',
  float: 'float',
  string: 'str',
  stringOrNull: 'str',
  initParams: 'ggml_init_params',
};

type GgmlSignature = Signature<'base' | 'registry', Kind>;

const unary = ['base', 'tensor', ['context', 'tensor']] as const;
const binary = ['base', 'tensor', ['context', 'tensor', 'tensor']] as const;
const ternary = ['base', 'tensor', ['context', 'tensor', 'tensor', 'tensor']] as const;
const ropeInputs = ['context', 'tensor', 'tensor', 'tensorOrNull', 'int', 'int', 'int'] as const;
const ropeCurve = ['float', 'float', 'float', 'float', 'float', 'float'] as const;
const custom = ['context', 'int', 'int64', 'int64', 'int64', 'int64'] as const;
const rope = ['base', 'tensor', [...ropeInputs, ...ropeCurve]] as const;

/**
 * Every C function the trainer calls, as declared in the headers of llama.cpp v0.4.0
 * (ggml 0.23.0, the source in node-llama-cpp's `llama/gitRelease.bundle`, `ggml/include`).
 */
export const signatures = {
  // ggml.h: library, contexts, types
  ggml_version: ['base', 'string', []],
  ggml_commit: ['base', 'string', []],
  ggml_tensor_overhead: ['base', 'size', []],
  ggml_init: ['base', 'context', ['initParams']],
  ggml_free: ['base', 'void', ['context']],
  ggml_get_type_traits: ['base', 'typeTraits', ['int']],
  ggml_fp32_to_bf16_row: ['base', 'void', ['bytes', 'bytes', 'int64']],
  ggml_quantize_requires_imatrix: ['base', 'bool', ['int']],
  ggml_quantize_chunk: [
    'base',
    'size',
    ['int', 'bytes', 'bytes', 'int64', 'int64', 'int64', 'bytesOrNull'],
  ],
  // ggml.h: tensors
  ggml_new_tensor_4d: ['base', 'tensor', ['context', 'int', 'int64', 'int64', 'int64', 'int64']],
  ggml_set_param: ['base', 'void', ['tensor']],
  ggml_set_input: ['base', 'void', ['tensor']],
  ggml_set_output: ['base', 'void', ['tensor']],
  ggml_get_first_tensor: ['base', 'tensorOrNull', ['context']],
  ggml_get_next_tensor: ['base', 'tensorOrNull', ['context', 'tensor']],
  ggml_nbytes: ['base', 'size', ['tensor']],
  ggml_op_desc: ['base', 'string', ['tensor']],
  // ggml.h: operations
  ggml_add: binary,
  ggml_add_inplace: binary,
  ggml_mul: binary,
  ggml_div: binary,
  ggml_mul_mat: binary,
  ggml_mul_mat_set_prec: ['base', 'void', ['tensor', 'int']],
  ggml_out_prod: binary,
  ggml_get_rows: binary,
  ggml_repeat_back: binary,
  ggml_silu_back: binary,
  ggml_cpy: binary,
  ggml_set_rows: ternary,
  ggml_get_rows_back: ternary,
  ggml_silu: unary,
  ggml_gelu: unary,
  ggml_sigmoid: unary,
  ggml_tanh: unary,
  ggml_cont: unary,
  ggml_soft_max: unary,
  ggml_sqr: unary,
  ggml_sum: unary,
  ggml_sum_rows: unary,
  ggml_sqrt: unary,
  ggml_scale: ['base', 'tensor', ['context', 'tensor', 'float']],
  ggml_scale_bias: ['base', 'tensor', ['context', 'tensor', 'float', 'float']],
  ggml_fill: ['base', 'tensor', ['context', 'tensor', 'float']],
  ggml_cast: ['base', 'tensor', ['context', 'tensor', 'int']],
  ggml_concat: ['base', 'tensor', ['context', 'tensor', 'tensor', 'int']],
  ggml_rms_norm: ['base', 'tensor', ['context', 'tensor', 'float']],
  ggml_rms_norm_back: ['base', 'tensor', ['context', 'tensor', 'tensor', 'float']],
  ggml_soft_max_ext: ['base', 'tensor', ['context', 'tensor', 'tensor', 'float', 'float']],
  ggml_soft_max_ext_back: ['base', 'tensor', ['context', 'tensor', 'tensor', 'float', 'float']],
  ggml_rope_ext: rope,
  ggml_rope_ext_back: rope,
  ggml_permute: ['base', 'tensor', ['context', 'tensor', 'int', 'int', 'int', 'int']],
  ggml_reshape_4d: ['base', 'tensor', ['context', 'tensor', 'int64', 'int64', 'int64', 'int64']],
  ggml_view_2d: ['base', 'tensor', ['context', 'tensor', 'int64', 'int64', 'size', 'size']],
  ggml_view_3d: [
    'base',
    'tensor',
    ['context', 'tensor', 'int64', 'int64', 'int64', 'size', 'size', 'size'],
  ],
  ggml_acc_inplace: [
    'base',
    'tensor',
    ['context', 'tensor', 'tensor', 'size', 'size', 'size', 'size'],
  ],
  ggml_custom_4d: ['base', 'tensor', [...custom, 'bytes', 'int', 'address', 'int', 'address']],
  ggml_custom_inplace: [
    'base',
    'tensor',
    ['context', 'tensor', 'bytes', 'int', 'address', 'int', 'address'],
  ],
  ggml_opt_step_adamw: [
    'base',
    'tensor',
    ['context', 'tensor', 'tensor', 'tensor', 'tensor', 'tensor'],
  ],
  // ggml.h: graphs
  ggml_new_graph_custom: ['base', 'graph', ['context', 'size', 'bool']],
  ggml_graph_overhead_custom: ['base', 'size', ['size', 'bool']],
  ggml_build_forward_expand: ['base', 'void', ['graph', 'tensor']],
  ggml_graph_n_nodes: ['base', 'int', ['graph']],
  ggml_graph_node: ['base', 'tensor', ['graph', 'int']],
  // ggml-alloc.h
  ggml_gallocr_new: ['base', 'allocator', ['bufferType']],
  ggml_gallocr_free: ['base', 'void', ['allocator']],
  ggml_gallocr_get_buffer_size: ['base', 'size', ['allocator', 'int']],
  ggml_gallocr_alloc_graph: ['base', 'bool', ['allocator', 'graph']],
  ggml_backend_alloc_ctx_tensors: ['base', 'bufferOrNull', ['context', 'backend']],
  ggml_backend_alloc_ctx_tensors_from_buft_size: ['base', 'size', ['context', 'bufferType']],
  ggml_gallocr_reserve_n_size: [
    'base',
    'void',
    ['allocator', 'graph', 'stringOrNull', 'stringOrNull', 'bytes'],
  ],
  // ggml-backend.h
  ggml_backend_cpu_buffer_from_ptr: ['base', 'buffer', ['address', 'size']],
  ggml_backend_tensor_alloc: ['base', 'int', ['buffer', 'tensor', 'address']],
  ggml_backend_load_all_from_path: ['registry', 'void', ['string']],
  ggml_backend_load: ['registry', 'registryOrNull', ['string']],
  ggml_backend_dev_count: ['registry', 'size', []],
  ggml_backend_dev_get: ['registry', 'device', ['size']],
  ggml_backend_dev_by_type: ['registry', 'deviceOrNull', ['int']],
  ggml_backend_dev_type: ['base', 'int', ['device']],
  ggml_backend_dev_memory: ['base', 'void', ['device', 'bytes', 'bytes']],
  ggml_backend_dev_init: ['base', 'backendOrNull', ['device', 'stringOrNull']],
  ggml_backend_dev_name: ['base', 'string', ['device']],
  ggml_backend_dev_description: ['base', 'string', ['device']],
  ggml_backend_dev_backend_reg: ['base', 'registry', ['device']],
  ggml_backend_reg_get_proc_address: ['base', 'functionOrNull', ['registry', 'string']],
  ggml_backend_free: ['base', 'void', ['backend']],
  ggml_backend_supports_op: ['base', 'bool', ['backend', 'tensor']],
  ggml_backend_get_default_buffer_type: ['base', 'bufferType', ['backend']],
  ggml_backend_buffer_get_size: ['base', 'size', ['buffer']],
  ggml_backend_buffer_free: ['base', 'void', ['buffer']],
  ggml_backend_buffer_clear: ['base', 'void', ['buffer', 'int']],
  ggml_backend_tensor_set: ['base', 'void', ['tensor', 'bytes', 'size', 'size']],
  ggml_backend_tensor_get: ['base', 'void', ['tensor', 'bytes', 'size', 'size']],
  ggml_backend_tensor_set_2d: [
    'base',
    'void',
    ['tensor', 'bytes', 'size', 'size', 'size', 'size', 'size'],
  ],
  ggml_backend_graph_compute: ['base', 'int', ['backend', 'graph']],
} as const satisfies Record<string, GgmlSignature>;

/** The bound functions, by their C names. */
export type GgmlFunctions = BoundFunctions<Kinds, typeof signatures>;
