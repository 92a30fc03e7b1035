import type { KernelName, Kernels } from '../ffi/kernels.ts';
import type { TensorPtr } from '../ffi/pointers.ts';
import type { NodeMaker } from './composed-ops.ts';
import { elementType, type Extents } from '../device/tensor.ts';

/** `GGML_N_TASKS_MAX` (ggml.h): every thread takes a part. */
const everyThread = -1;

/** Where nodes are made, and the kernels that compute them. */
export interface KernelMaker extends NodeMaker {
  kernels: Kernels;
}

/** What an operation of kernels/ reads; `settings` is a number that it takes instead of a pointer. */
export interface KernelCall {
  name: KernelName;
  sources: readonly TensorPtr[];
  settings?: bigint;
}

/** A node of extents `ne` (F32) that a kernel of ours computes. */
export const kernelNode = (maker: KernelMaker, call: KernelCall, ne: Extents): TensorPtr =>
  maker.ggml.ggml_custom_4d(maker.context, elementType.f32, ...ne, ...operationOf(maker, call));

/** The same, computed where `target` lies: that is the first source, before the others. */
export const kernelNodeInPlace = (
  maker: KernelMaker,
  call: KernelCall,
  target: TensorPtr,
): TensorPtr => maker.ggml.ggml_custom_inplace(maker.context, target, ...operationOf(maker, call));

/** What ggml's custom operations take after their context and extents. */
function operationOf({ kernels }: KernelMaker, { name, sources, settings = 0n }: KernelCall) {
  const list = BigInt64Array.from(sources);
  return [list, list.length, kernels.operations[name], everyThread, settings] as const;
}

/** Settings that are one 32-bit float. */
export const floatBits = (value: number): bigint =>
  BigInt(new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0);
