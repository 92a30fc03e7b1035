import type { ComputeGraph } from '../device/compute-graph.ts';
import { elementType, type Extents } from '../device/tensor.ts';
import type { KernelName, Kernels } from '../ffi/kernels.ts';
import type { TensorPtr } from '../ffi/pointers.ts';

/** `GGML_N_TASKS_MAX` (ggml.h): every thread takes a share. */
const everyThread = -1;

/** Where nodes are made, and the kernels that compute them. */
export interface KernelGraph extends Pick<ComputeGraph, 'ggml' | 'context'> {
  kernels: Kernels;
}

/** What an operation of kernels/ reads; `settings` is a number that it takes instead of a pointer. */
export interface KernelCall {
  name: KernelName;
  sources: readonly TensorPtr[];
  settings?: bigint;
}

/** A graph for nodes of our own kernels; undefined where its device has none. */
export function withKernels({ device, ggml, context }: ComputeGraph): KernelGraph | undefined {
  const { kernels } = device;
  return kernels && { ggml, context, kernels };
}

/** A node of extents `ne` (F32) that a kernel of ours computes. */
export const kernelNode = (graph: KernelGraph, call: KernelCall, ne: Extents): TensorPtr =>
  graph.ggml.ggml_custom_4d(graph.context, elementType.f32, ...ne, ...operationOf(graph, call));

/** The same, computed where `target` lies: that is the first source, before the others. */
export const kernelNodeInPlace = (
  graph: KernelGraph,
  call: KernelCall,
  target: TensorPtr,
): TensorPtr => graph.ggml.ggml_custom_inplace(graph.context, target, ...operationOf(graph, call));

/** What ggml's custom operations take after their context and extents. */
function operationOf({ kernels }: KernelGraph, { name, sources, settings = 0n }: KernelCall) {
  const list = BigInt64Array.from(sources);
  return [list, list.length, kernels.operations[name], everyThread, settings] as const;
}

/** Settings that are one 32-bit float. */
export const floatBits = (value: number): bigint =>
  BigInt(new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0);
