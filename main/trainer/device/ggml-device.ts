import { availableParallelism, totalmem } from 'node:os';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { deviceMemory, featuresOf, findDevice, type FoundDevice } from '../ffi/devices.ts';
import { kernelsName, loadKernels, type Kernels } from '../ffi/kernels.ts';
import { loadGgml } from '../ffi/library.ts';
import { callSetThreads } from '../ffi/native-calls.ts';
import type {
  AllocatorPtr,
  BackendPtr,
  BufferPtr,
  ContextPtr,
  DevicePtr,
  GraphPtr,
  TensorPtr,
} from '../ffi/pointers.ts';
import type { GgmlFunctions } from '../ffi/symbols.ts';
import type { Device } from './device.ts';
import { elementCount, elementType, formatExtents, type Tensor } from './tensor.ts';

/** A device as ggml sees it: computes graphs and moves data. */
export class GgmlDevice implements Device {
  readonly ggml: GgmlFunctions;
  readonly pointer: BackendPtr;
  readonly id: string;
  readonly isCpu: boolean;
  readonly memoryBytes: number;
  readonly threads: number;
  readonly description: string;
  readonly features: ReadonlySet<string>;
  readonly kernels: Kernels | undefined;
  readonly #device: DevicePtr;
  /** Bytes by what holds them; a working memory never shrinks before it is freed. */
  readonly #held = new Map<BufferPtr | AllocatorPtr, number>();

  private constructor(found: FoundDevice, threads: number, usesKernels: boolean) {
    const { id, family, pointer: device } = found;
    this.ggml = loadGgml();
    this.#device = device;
    this.id = id;
    this.threads = threads;
    this.isCpu = family === 'cpu';
    this.memoryBytes = this.isCpu ? totalmem() : deviceMemory(device).totalBytes;
    this.pointer = openBackend(found, threads);
    this.features = featuresOf(device);
    this.kernels = this.isCpu && usesKernels ? loadKernels(this.features) : undefined;
    const threadsText = `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    const kernelsText = this.kernels ? `, ${kernelsName(this.kernels)}` : '';
    this.description = nameOf(found) + (this.isCpu ? threadsText + kernelsText : '');
  }

  /**
   * Opens a device by its id; `threads`, which only the CPU has, 0 takes every core. Throws
   * DEVICE_UNAVAILABLE with what to do, or an error of `loadGgml`.
   */
  static open(id: string, threads = 0): GgmlDevice {
    return new GgmlDevice(findDevice(id), threads || availableParallelism(), true);
  }

  /** Opens the CPU; without our kernels when ggml's operations are wanted, to compare with them. */
  static openCpu(threads = 0, { usesKernels = true } = {}): GgmlDevice {
    return new GgmlDevice(findDevice('cpu'), threads || availableParallelism(), usesKernels);
  }

  get heldBytes(): number {
    return [...this.#held.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  get freeBytes(): number {
    return deviceMemory(this.#device).freeBytes;
  }

  allocate(context: ContextPtr): BufferPtr | null {
    const buffer = this.ggml.ggml_backend_alloc_ctx_tensors(context, this.pointer);
    if (buffer !== null) this.#held.set(buffer, this.ggml.ggml_backend_buffer_get_size(buffer));
    return buffer;
  }

  free(buffer: BufferPtr): void {
    this.#held.delete(buffer);
    this.ggml.ggml_backend_buffer_free(buffer);
  }

  clear(buffer: BufferPtr): void {
    this.ggml.ggml_backend_buffer_clear(buffer, 0);
  }

  place(allocator: AllocatorPtr, graph: GraphPtr): boolean {
    const isPlaced = this.ggml.ggml_gallocr_alloc_graph(allocator, graph);
    this.#held.set(allocator, this.ggml.ggml_gallocr_get_buffer_size(allocator, 0));
    return isPlaced;
  }

  freeWorkingMemory(allocator: AllocatorPtr): void {
    this.#held.delete(allocator);
    this.ggml.ggml_gallocr_free(allocator);
  }

  supports(node: TensorPtr): boolean {
    return this.isCpu || this.ggml.ggml_backend_supports_op(this.pointer, node);
  }

  async compute(graph: GraphPtr): Promise<void> {
    const status = await new Promise<number>((resolve, reject) => {
      this.ggml.ggml_backend_graph_compute.async(this.pointer, graph, (error, result) => {
        if (error) reject(error);
        else resolve(result);
      });
    });
    if (status !== 0)
      throw new TrainerError('ENGINE_FAILED', `ggml could not compute a graph (status ${status}).`);
  }

  write(tensor: Tensor, data: NodeJS.TypedArray, offsetBytes = 0): void {
    const sizeBytes = this.ggml.ggml_nbytes(tensor.pointer);
    if (offsetBytes + data.byteLength > sizeBytes)
      throw new RangeError(
        `${data.byteLength} bytes at ${offsetBytes} do not fit a tensor of ${sizeBytes} bytes`,
      );
    this.ggml.ggml_backend_tensor_set(tensor.pointer, data, offsetBytes, data.byteLength);
  }

  readFloats(tensor: Tensor, target?: Float32Array): Float32Array {
    const count = elementCount(tensor.ne);
    const values = target ?? new Float32Array(count);
    if (tensor.type !== elementType.f32 || values.length !== count)
      throw new RangeError(
        `A tensor of type ${tensor.type} and extents ${formatExtents(tensor.ne)} cannot be read ` +
          `into ${values.length} floats`,
      );
    this.ggml.ggml_backend_tensor_get(tensor.pointer, values, 0, count * 4);
    return values;
  }

  moveData<Result>(work: () => Result): Result {
    return work();
  }

  [Symbol.dispose](): void {
    this.ggml.ggml_backend_free(this.pointer);
  }
}

function openBackend(found: FoundDevice, threads: number): BackendPtr {
  const ggml = loadGgml();
  const pointer = ggml.ggml_backend_dev_init(found.pointer, null);
  if (pointer === null)
    throw new TrainerError(
      'DEVICE_UNAVAILABLE',
      `The device ${nameOf(found)} could not be opened for training. Choose another one.`,
      { device: found.id },
    );
  const registry = ggml.ggml_backend_dev_backend_reg(found.pointer);
  const setThreads = ggml.ggml_backend_reg_get_proc_address(registry, 'ggml_backend_set_n_threads');
  if (setThreads !== null) callSetThreads(setThreads, pointer, threads);
  return pointer;
}

function nameOf({ pointer }: FoundDevice): string {
  const ggml = loadGgml();
  return `${ggml.ggml_backend_dev_name(pointer)} ${ggml.ggml_backend_dev_description(pointer)}`;
}
