import koffi from 'koffi';
import type { Kernels } from '../ffi/kernels.ts';
import { loadGgml } from '../ffi/library.ts';
import type { TensorPtr } from '../ffi/pointers.ts';
import { quantizeRows } from '../model/quantize-model.ts';
import type { NodeMaker } from '../tensor/composed-ops.ts';
import { elementType } from '../tensor/element-type.ts';
import { ownProducts } from '../tensor/own-product.ts';
import { rowBytes } from '../tensor/row-bytes.ts';
import type { Extents } from '../tensor/tensor.ts';
import { GuardedMemory } from './guarded-memory.ts';
import { matricesOf, type ProductSize, type ProductValues } from './product-case.ts';

/** How the operands of a product lie in memory. */
export interface ProductLayout {
  /** Element type of A. */
  type: number;
  aByDepth: boolean;
  bByDepth: boolean;
  /** Elements that lie between rows of A and belong to neither. */
  gap?: number;
  threads?: number;
}

/** One operand: rows of `ne[0]` elements, one after the other. */
interface Matrix {
  type: number;
  ne: Extents;
  gap: number;
  values: Float32Array;
}

const operation = koffi.proto('void (void *, int, int, void *)');
// Offsets in struct ggml_tensor (ggml.h).
const stridesOffset = 48;
const dataOffset = 248;
const canary = 1234.5;
const canaryCount = 256;

/** Calls the kernel as ggml would, with every tensor just before memory that nobody may touch. */
export class ProductCaller implements Disposable {
  readonly #ggml = loadGgml();
  readonly #memories = {
    a: new GuardedMemory(2 ** 21),
    b: new GuardedMemory(2 ** 21),
    c: new GuardedMemory(2 ** 21),
  };

  /** C [matrix][j][i]; throws when the memory before it was written. */
  call(
    kernels: Kernels,
    size: ProductSize,
    values: ProductValues,
    layout: ProductLayout,
  ): Float32Array {
    const context = this.#ggml.ggml_init({ mem_size: 8192, mem_buffer: null, no_alloc: true });
    const maker = { ggml: this.#ggml, context };
    const { m, n, k } = size;
    const { ofA, ofC } = matricesOf(size);
    const { type, aByDepth, bByDepth, gap = 0, threads = 1 } = layout;
    const shapeOf = (width: number, isByDepth: boolean): [number, number] =>
      isByDepth ? [width, k] : [k, width];
    const rowsOf = (source: Float32Array, width: number, isByDepth: boolean) =>
      isByDepth ? turn(source, width, k) : source;
    const a = this.#place(maker, this.#memories.a, {
      type,
      ne: [...shapeOf(m, aByDepth), ...ofA],
      gap,
      values: rowsOf(values.a, m, aByDepth),
    });
    const b = this.#place(maker, this.#memories.b, {
      type: elementType.f32,
      ne: [...shapeOf(n, bByDepth), ...ofC],
      gap: 0,
      values: rowsOf(values.b, n, bByDepth),
    });
    const factors = { a, b, aByDepth, bByDepth };
    const node = ownProducts({ ...maker, kernels }, [factors], [m, n, ...ofC]);
    const settings = (aByDepth ? 1n : 0n) | (bByDepth ? 2n : 0n);
    const result = this.#surround(node, m * n * ofC[0] * ofC[1], () => {
      for (let thread = 0; thread < threads; thread++)
        koffi.call(kernels.operations.product, operation, node, thread, threads, settings);
    });
    this.#ggml.ggml_free(context);
    return result;
  }

  #place(
    { ggml, context }: NodeMaker,
    memory: GuardedMemory,
    { type, ne, gap, values }: Matrix,
  ): TensorPtr {
    const tensor = ggml.ggml_new_tensor_4d(context, type, ...ne);
    const rows = ne[1] * ne[2] * ne[3];
    const width = rowBytes(type, ne[0]);
    const stride = width + rowBytes(type, gap);
    const bytes = new Uint8Array(rows * width);
    quantizeRows(type, { values, rowLength: ne[0], target: bytes });
    // The last row has no gap after it.
    const sizeBytes = rows * stride - (stride - width);
    const { address, offset } = memory.last(sizeBytes);
    const target = new Uint8Array(memory.bytes, offset, sizeBytes).fill(0xff);
    for (let row = 0; row < rows; row++)
      target.set(bytes.subarray(row * width, (row + 1) * width), row * stride);
    const strides = [stride, stride * ne[1], stride * ne[1] * ne[2]];
    for (const [index, value] of strides.entries())
      koffi.encode(tensor, stridesOffset + 8 * (index + 1), 'size_t', value);
    koffi.encode(tensor, dataOffset, 'uint64_t', address);
    return tensor;
  }

  /** Gives a tensor its memory, between canaries and the guarded page. */
  #surround(tensor: TensorPtr, count: number, run: () => void): Float32Array {
    const { address, offset } = this.#memories.c.last(count * 4);
    koffi.encode(tensor, dataOffset, 'uint64_t', address);
    const before = new Float32Array(this.#memories.c.bytes, offset - canaryCount * 4, canaryCount);
    const values = new Float32Array(this.#memories.c.bytes, offset, count);
    before.fill(canary);
    values.fill(NaN);
    run();
    if (before.some((value) => value !== canary))
      throw new Error('The product wrote before its first element.');
    return values.slice();
  }

  [Symbol.dispose](): void {
    for (const memory of Object.values(this.#memories)) memory[Symbol.dispose]();
  }
}

/** Matrices [width][depth] as [depth][width]. */
function turn(source: Float32Array, width: number, depth: number): Float32Array {
  const size = width * depth;
  return source.map((_, index) => {
    const within = index % size;
    const [k, i] = [Math.floor(within / width), within % width];
    return source[index - within + i * depth + k] ?? NaN;
  });
}
