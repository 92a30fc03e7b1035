import koffi from 'koffi';
import type { FunctionPtr, RegistryPtr, TensorPtr, TypeTraitsPtr, BackendPtr } from './pointers.ts';
import type { Bytes } from './symbols.ts';

// ggml.h: struct ggml_type_traits; only `to_float` is read.
const typeTraits = koffi.struct({
  type_name: 'const char *',
  blck_size: 'int64_t',
  blck_size_interleave: 'int64_t',
  type_size: 'size_t',
  is_quantized: 'bool',
  to_float: 'void *',
  from_float_ref: 'void *',
});
// ggml.h: struct ggml_tensor, up to its first two sources.
const tensorHead = koffi.struct({
  type: 'int',
  buffer: 'void *',
  ne: koffi.array('int64_t', 4),
  nb: koffi.array('size_t', 4),
  op: 'int',
  op_params: koffi.array('int32_t', 16),
  flags: 'int32_t',
  sources: koffi.array('void *', 2),
});
const toFloatPrototype = koffi.proto('void (const void *, float *, int64_t)');
const setThreadsPrototype = koffi.proto('void (void *, int)');
const getFeaturesPrototype = koffi.proto('void * (void *)');
// ggml-backend.h: struct ggml_backend_feature
const feature = koffi.struct({ name: 'const char *', value: 'const char *' });

/** Dequantizes `count` elements of one type into 32-bit floats. */
export type ToFloat = (source: Bytes, target: Float32Array, count: number) => void;

/** The dequantization function of a type, or undefined: F32 needs none. */
export function toFloatOf(traits: TypeTraitsPtr): ToFloat | undefined {
  const decoded: { to_float: bigint | null } = koffi.decode(traits, typeTraits);
  const pointer = decoded.to_float;
  return pointer === null
    ? undefined
    : (source, target, count) => koffi.call(pointer, toFloatPrototype, source, target, count);
}

/** Sets the number of threads of a CPU backend (`ggml_backend_set_n_threads_t`). */
export function callSetThreads(setThreads: FunctionPtr, backend: BackendPtr, count: number): void {
  koffi.call(setThreads, setThreadsPrototype, backend, count);
}

/** Names of the features that a device's code was compiled for (`ggml_backend_get_features_t`). */
export function callGetFeatures(getFeatures: FunctionPtr, registry: RegistryPtr): Set<string> {
  const list: bigint | null = koffi.call(getFeatures, getFeaturesPrototype, registry);
  const names = new Set<string>();
  if (list === null) return names;
  for (let index = 0; ; index++) {
    const offset = index * koffi.sizeof(feature);
    const entry: { name: string | null } = koffi.decode(list, offset, feature);
    if (entry.name === null) return names;
    names.add(entry.name);
  }
}

/** Element type, extents and the first two operands of a tensor. */
export interface NodeFacts {
  type: number;
  ne: number[];
  sources: TensorPtr[];
}

/** Reads what a message about a node needs out of `struct ggml_tensor`. */
export function readNode(tensor: TensorPtr): NodeFacts {
  const head: { type: number; ne: BigInt64Array | number[]; sources: (TensorPtr | null)[] } =
    koffi.decode(tensor, tensorHead);
  const sources = head.sources.filter((source) => source !== null);
  return { type: head.type, ne: Array.from(head.ne, Number), sources };
}
