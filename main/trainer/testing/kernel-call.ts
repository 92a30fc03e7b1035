import koffi from 'koffi';
import type { Kernels } from '../ffi/kernels.ts';
import { loadGgml } from '../ffi/library.ts';
import type { ContextPtr, TensorPtr } from '../ffi/pointers.ts';
import { quantizeRows } from '../weights/quantize-model.ts';
import type { KernelGraph } from '../ops/kernel.ts';
import {
  elementCount,
  elementType,
  type Extents,
  rowBytes,
  type Tensor,
  toExtents,
} from '../device/tensor.ts';
import { GuardedMemory } from './guarded-memory.ts';

/** A tensor to place: rows of `ne[0]` elements, one after the other. */
interface Placed {
  ne: readonly number[];
  /** Its elements, integers as I32; all bits are set where there are none. */
  values?: Float32Array | Int32Array;
  /** Element type of values that are floats; F32 when left out. */
  type?: number;
  /** Elements that lie between rows and belong to neither. */
  gap?: number;
}

const operation = koffi.proto('void (void *, int, int, void *)');
/** Offsets in struct ggml_tensor (ggml.h); the parameters are a struct ggml_custom_op_params. */
const offsets = { ne: 16, strides: 48, operation: 84, settings: 100, data: 248 } as const;
const canary = 0xa5;
const canaryBytes = 1024;
const mostBytes = 2 ** 24;

const { f32, i32 } = elementType;

/** Memory of tensors that are called with; one call takes it after the other. */
export class KernelCaller implements Disposable {
  readonly #memories: GuardedMemory[] = [];

  /** Starts a call, with memory that the calls before it may have used. */
  start(kernels: Kernels): KernelExecution {
    return new KernelExecution(kernels, this.#memories);
  }

  [Symbol.dispose](): void {
    for (const memory of this.#memories) memory[Symbol.dispose]();
  }
}

/** Calls kernels as ggml would, with every tensor just before memory that nobody may touch. */
export class KernelExecution implements Disposable {
  readonly maker: KernelGraph;
  readonly #memories: GuardedMemory[];
  /** By address: what lies there, and the canaries before it. */
  readonly #held = new Map<bigint, { bytes: Uint8Array; before: Uint8Array }>();

  constructor(kernels: Kernels, memories: GuardedMemory[]) {
    const ggml = loadGgml();
    const context: ContextPtr = ggml.ggml_init({
      mem_size: 16_384,
      mem_buffer: null,
      no_alloc: true,
    });
    this.maker = { ggml, context, kernels };
    this.#memories = memories;
  }

  /** A tensor in memory of its own. */
  place({ ne: given, values, type = f32, gap = 0 }: Placed): Tensor {
    const { ggml, context } = this.maker;
    const ne = toExtents(given);
    const own = values instanceof Int32Array ? i32 : type;
    const pointer = ggml.ggml_new_tensor_4d(context, own, ...ne);
    const width = rowBytes(own, ne[0]);
    const stride = width + rowBytes(own, gap);
    const rows = elementCount(ne) / ne[0];
    // The last row has no gap after it.
    const target = this.#hold(pointer, rows * stride - (stride - width));
    if (values) {
      const bytes = bytesOf(own, ne, values);
      for (let row = 0; row < rows; row++)
        target.set(bytes.subarray(row * width, (row + 1) * width), row * stride);
    }
    const strides = [stride, stride * ne[1], stride * ne[1] * ne[2]];
    for (const [axis, value] of strides.entries())
      koffi.encode(pointer, offsets.strides + 8 * (axis + 1), 'size_t', value);
    return { pointer, ne, type: own, isContiguous: gap === 0, hasDenseRows: true };
  }

  /** What a node is when all threads did their shares, one after the other. */
  compute(node: TensorPtr, threads = 1): Float32Array {
    for (let thread = 0; thread < threads; thread++) this.computePart(node, thread, threads);
    return this.read(node);
  }

  /** Does one thread's part; throws when it wrote before the first element of any tensor. */
  computePart(node: TensorPtr, thread: number, threads: number): void {
    const ne: Extents = koffi.decode(node, offsets.ne, koffi.array('int64_t', 4, 'Array'));
    const address = addressAt(node, offsets.data);
    if (!this.#held.has(address)) this.#hold(node, elementCount(ne) * 4);
    const kernel = addressAt(node, offsets.operation);
    koffi.call(kernel, operation, node, thread, threads, addressAt(node, offsets.settings));
    for (const { before } of this.#held.values())
      if (before.some((value) => value !== canary))
        throw new Error('A kernel wrote before the first element of a tensor.');
  }

  /** A copy of the floats of a tensor that has memory. */
  read(tensor: TensorPtr): Float32Array {
    const held = this.#held.get(addressAt(tensor, offsets.data));
    if (!held) throw new RangeError('The tensor has no memory');
    return new Float32Array(held.bytes.slice().buffer);
  }

  /** Gives a tensor its memory, between canaries and the guarded page, with all bits set. */
  #hold(tensor: TensorPtr, sizeBytes: number): Uint8Array {
    const memory = (this.#memories[this.#held.size] ??= new GuardedMemory(mostBytes));
    const { address, offset } = memory.last(sizeBytes);
    const before = new Uint8Array(memory.bytes, offset - canaryBytes, canaryBytes).fill(canary);
    const bytes = new Uint8Array(memory.bytes, offset, sizeBytes).fill(0xff);
    koffi.encode(tensor, offsets.data, 'uint64_t', address);
    this.#held.set(address, { bytes, before });
    return bytes;
  }

  [Symbol.dispose](): void {
    this.maker.ggml.ggml_free(this.maker.context);
  }
}

const addressAt = (tensor: TensorPtr, offset: number) =>
  BigInt(koffi.decode(tensor, offset, 'uint64_t'));

function bytesOf(type: number, ne: Extents, values: Float32Array | Int32Array): Uint8Array {
  if (values instanceof Int32Array) return new Uint8Array(values.buffer);
  const target = new Uint8Array((rowBytes(type, ne[0]) * elementCount(ne)) / ne[0]);
  quantizeRows(type, { values, rowLength: ne[0], target });
  return target;
}
