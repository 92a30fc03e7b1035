import { TrainerError } from '../../engines/protocol/errors.ts';
import type { BufferPtr, ContextPtr } from '../ffi/pointers.ts';
import type { Device } from './device.ts';
import { contiguous, elementType, toExtents, type Tensor } from './tensor.ts';

/**
 * Tensors that outlive graphs (weights, adapter, moments) in one buffer of the device: declare
 * them all, then `allocate` once. Dispose before the device.
 */
export class TensorStore implements Disposable {
  readonly #device: Device;
  readonly #context: ContextPtr;
  #buffer: BufferPtr | undefined;

  constructor(device: Device, capacity: number) {
    this.#device = device;
    this.#context = device.ggml.ggml_init({
      mem_size: capacity * device.ggml.ggml_tensor_overhead(),
      mem_buffer: null,
      no_alloc: true,
    });
  }

  /** Declares a tensor of extents `ne` (ggml order); it has no data before `allocate`. */
  declare(ne: readonly number[], type: number = elementType.f32): Tensor {
    const extents = toExtents(ne);
    const pointer = this.#device.ggml.ggml_new_tensor_4d(this.#context, type, ...extents);
    return contiguous(pointer, extents, type);
  }

  /** Declares an F32 tensor that an optimizer step may change. */
  declareParameter(ne: readonly number[]): Tensor {
    const tensor = this.declare(ne);
    this.#device.ggml.ggml_set_param(tensor.pointer);
    return tensor;
  }

  /** Gives every declared tensor its memory; throws OUT_OF_MEMORY. */
  allocate(purpose: string): void {
    const buffer = this.#device.allocate(this.#context, purpose);
    if (buffer === null)
      throw new TrainerError(
        'OUT_OF_MEMORY',
        `There is not enough memory for ${purpose}. Close other programs or use a smaller model.`,
      );
    this.#buffer = buffer;
  }

  /** Sets every byte of every tensor to zero. */
  clear(): void {
    if (this.#buffer === undefined)
      throw new Error('A store must be allocated before it is cleared');
    this.#device.clear(this.#buffer);
  }

  [Symbol.dispose](): void {
    if (this.#buffer !== undefined) this.#device.free(this.#buffer);
    this.#device.ggml.ggml_free(this.#context);
  }
}
