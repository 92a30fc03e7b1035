import type { Kernels } from '../ffi/kernels.ts';
import type {
  AllocatorPtr,
  BackendPtr,
  BufferPtr,
  ContextPtr,
  GraphPtr,
  TensorPtr,
} from '../ffi/pointers.ts';
import type { GgmlFunctions } from '../ffi/symbols.ts';
import type { Device } from './device.ts';
import { GgmlDevice } from './ggml-device.ts';
import { elementCount, type Tensor } from './tensor.ts';

/** Tensors get this address instead of memory; nothing ever reads or writes there. */
const nowhere = 0x10000n;
const boundless = 2 ** 52;

/**
 * Notes what a device would allocate, and allocates, computes and moves nothing: what is built on
 * it has the sizes of the real thing, since it is the real thing.
 */
export class PlanningDevice implements Device {
  readonly ggml: GgmlFunctions;
  readonly pointer: BackendPtr;
  readonly id: string;
  readonly isCpu: boolean;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly description: string;
  readonly features: ReadonlySet<string>;
  readonly kernels: Kernels | undefined;
  readonly #planned: GgmlDevice;
  readonly #storesBytes = new Map<string, number>();
  readonly #graphsBytes = new Map<AllocatorPtr, number>();

  private constructor(planned: GgmlDevice) {
    this.ggml = planned.ggml;
    this.pointer = planned.pointer;
    this.id = planned.id;
    this.isCpu = planned.isCpu;
    this.memoryBytes = planned.memoryBytes;
    this.threads = planned.threads;
    this.description = planned.description;
    this.features = planned.features;
    this.kernels = planned.kernels;
    this.#planned = planned;
  }

  /** Plans for a device by its id; see `GgmlDevice.open`. */
  static open(id: string, threads = 0): PlanningDevice {
    return new PlanningDevice(GgmlDevice.open(id, threads));
  }

  /** Bytes of tensors that outlive graphs, by what they are for. */
  get storesBytes(): ReadonlyMap<string, number> {
    return this.#storesBytes;
  }

  /** Bytes of working memory: of the largest graph in each. */
  get graphsBytes(): number {
    return [...this.#graphsBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Bytes of all that was noted. */
  get totalBytes(): number {
    return [...this.#storesBytes.values()].reduce((sum, bytes) => sum + bytes, this.graphsBytes);
  }

  /** 0: nothing is allocated. */
  get heldBytes(): number {
    return this.#planned.heldBytes;
  }

  get freeBytes(): number {
    return this.#planned.freeBytes;
  }

  /** Notes the tensors of a context; they count as allocated from then on. */
  allocate(context: ContextPtr, purpose: string): BufferPtr {
    const { ggml } = this;
    const type = ggml.ggml_backend_get_default_buffer_type(this.pointer);
    const bytes = ggml.ggml_backend_alloc_ctx_tensors_from_buft_size(context, type);
    this.#storesBytes.set(purpose, (this.#storesBytes.get(purpose) ?? 0) + bytes);
    const buffer = ggml.ggml_backend_cpu_buffer_from_ptr(nowhere, boundless);
    let tensor: TensorPtr | null = ggml.ggml_get_first_tensor(context);
    while (tensor !== null) {
      ggml.ggml_backend_tensor_alloc(buffer, tensor, nowhere);
      tensor = ggml.ggml_get_next_tensor(context, tensor);
    }
    return buffer;
  }

  free(buffer: BufferPtr): void {
    this.#planned.free(buffer);
  }

  clear(): void {}

  /** Notes a graph that would be placed in a working memory. */
  place(allocator: AllocatorPtr, graph: GraphPtr): true {
    const sizes = new BigUint64Array(1);
    this.ggml.ggml_gallocr_reserve_n_size(allocator, graph, null, null, sizes);
    const known = this.#graphsBytes.get(allocator) ?? 0;
    this.#graphsBytes.set(allocator, Math.max(known, Number(sizes[0])));
    return true;
  }

  freeWorkingMemory(allocator: AllocatorPtr): void {
    this.#planned.freeWorkingMemory(allocator);
  }

  supports(node: TensorPtr): boolean {
    return this.#planned.supports(node);
  }

  compute(): Promise<void> {
    return Promise.resolve();
  }

  write(): void {}

  /** Zeros. */
  readFloats(tensor: Tensor, target?: Float32Array): Float32Array {
    return target ?? new Float32Array(elementCount(tensor.ne));
  }

  moveData(): undefined {
    return undefined;
  }

  [Symbol.dispose](): void {
    this.#planned[Symbol.dispose]();
  }
}
