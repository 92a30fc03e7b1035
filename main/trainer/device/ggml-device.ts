import { availableParallelism, totalmem } from 'node:os';
import { EngineError } from '../../engines/serve-engine.ts';
import { deviceMemory, featuresOf, findDevice, type FoundDevice } from '../ffi/devices.ts';
import { describeKernels, loadKernels, type Kernels } from '../ffi/kernels.ts';
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
import { elementType } from '../ops/element-type.ts';
import { isOwnType } from '../ops/own-product.ts';
import { MemoryLedger } from './planning-device.ts';
import { MemoryMeter } from './memory-meter.ts';
import { elementCount, formatExtents, type Tensor } from './tensor.ts';

interface Options {
  isPlan?: boolean;
  usesKernels?: boolean;
}

/** A device as ggml sees it: computes graphs and moves data. Dispose after everything it holds. */
export class Backend implements Disposable {
  readonly ggml: GgmlFunctions;
  readonly pointer: BackendPtr;
  /** As in a recipe: `cpu`, `cuda0`, `vulkan0`, `metal0`. */
  readonly id: string;
  readonly isCpu: boolean;
  /** All the memory the device has; for the CPU that of the machine. */
  readonly memoryBytes: number;
  /** Threads of the CPU that compute a graph. */
  readonly threads: number;
  /** Device, threads and kernels for records: `CPU Xeon, 2 threads, own kernels 1f0c9a2e (AVX2)`. */
  readonly device: string;
  /** Instruction sets the chosen CPU library uses, as in `AVX512_BF16`; kernels of GPU libraries. */
  readonly features: ReadonlySet<string>;
  /** Present when this backend only notes what it would allocate and computes nothing. */
  readonly ledger: MemoryLedger | undefined;
  /** Our own kernels; undefined where ggml's operations are used (see kernels/README.md). */
  readonly kernels: Kernels | undefined;
  readonly #meter = new MemoryMeter();
  readonly #device: DevicePtr;

  private constructor(found: FoundDevice, threads: number, options: Options = {}) {
    const { isPlan = false, usesKernels = true } = options;
    const { id, family, pointer: device } = found;
    const ggml = loadGgml();
    this.ggml = ggml;
    this.#device = device;
    this.id = id;
    this.threads = threads;
    this.isCpu = family === 'cpu';
    this.memoryBytes = this.isCpu ? totalmem() : deviceMemory(device).totalBytes;
    const name = `${ggml.ggml_backend_dev_name(device)} ${ggml.ggml_backend_dev_description(device)}`;
    const pointer = ggml.ggml_backend_dev_init(device, null);
    if (pointer === null)
      throw new EngineError(
        'DEVICE_UNAVAILABLE',
        `The device ${name} could not be opened for training. Choose another one.`,
        { device: id },
      );
    this.pointer = pointer;
    const registry = ggml.ggml_backend_dev_backend_reg(device);
    const setThreads = ggml.ggml_backend_reg_get_proc_address(
      registry,
      'ggml_backend_set_n_threads',
    );
    if (setThreads !== null) callSetThreads(setThreads, pointer, threads);
    this.features = featuresOf(device);
    this.kernels = this.isCpu && usesKernels ? loadKernels(this.features) : undefined;
    const threadsText = `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
    const bufferType = ggml.ggml_backend_get_default_buffer_type(pointer);
    this.ledger = isPlan ? new MemoryLedger(ggml, bufferType) : undefined;
    const kernelsText = this.kernels ? `, ${describeKernels(this.kernels)}` : '';
    this.device = this.isCpu ? `${name}${threadsText}${kernelsText}` : name;
  }

  /**
   * Opens a device by its id; `threads`, which only the CPU has, 0 takes every core. Throws
   * DEVICE_UNAVAILABLE with what to do, or an error of `loadGgml`.
   */
  static open(id: string, threads = 0): Backend {
    return new Backend(findDevice(id), threads || availableParallelism());
  }

  /** Opens the CPU. */
  static openCpu(threads = 0): Backend {
    return Backend.open('cpu', threads);
  }

  /** Opens a device that notes in `ledger` what it would allocate. */
  static openForPlan(id: string, threads = 0): Backend {
    return new Backend(findDevice(id), threads || availableParallelism(), { isPlan: true });
  }

  /** Opens the CPU with ggml's own matrix products, to compare with ours. */
  static openWithoutKernels(threads: number): Backend {
    return new Backend(findDevice('cpu'), threads, { usesKernels: false });
  }

  /** Bytes of the buffers it holds on its device: tensors that outlive graphs, working memory. */
  get heldBytes(): number {
    return this.#meter.heldBytes;
  }

  /** Bytes of the device that nobody holds, as its driver tells; a plan's are those of the device. */
  get freeBytes(): number {
    return deviceMemory(this.#device).freeBytes;
  }

  /** Gives the tensors of a context their memory; null when there is not enough. */
  allocate(context: ContextPtr, purpose: string): BufferPtr | null {
    if (this.ledger) return this.ledger.noteStore(context, purpose);
    const buffer = this.ggml.ggml_backend_alloc_ctx_tensors(context, this.pointer);
    if (buffer !== null) this.#meter.note(buffer, this.ggml.ggml_backend_buffer_get_size(buffer));
    return buffer;
  }

  /** Gives the memory of tensors back. */
  free(buffer: BufferPtr): void {
    this.#meter.forget(buffer);
    this.ggml.ggml_backend_buffer_free(buffer);
  }

  /** Places the tensors of a graph in working memory; false when there is not enough. */
  place(allocator: AllocatorPtr, graph: GraphPtr): boolean {
    if (this.ledger) {
      this.ledger.noteGraph(allocator, graph);
      return true;
    }
    const isPlaced = this.ggml.ggml_gallocr_alloc_graph(allocator, graph);
    this.#meter.note(allocator, this.ggml.ggml_gallocr_get_buffer_size(allocator, 0));
    return isPlaced;
  }

  /** Gives a working memory back. */
  freeWorkingMemory(allocator: AllocatorPtr): void {
    this.#meter.forget(allocator);
    this.ggml.ggml_gallocr_free(allocator);
  }

  /** Sets every byte of a buffer to zero. */
  clear(buffer: BufferPtr): void {
    if (!this.ledger) this.ggml.ggml_backend_buffer_clear(buffer, 0);
  }

  /** Whether a matrix of this type is multiplied as it lies, in both directions. */
  readsBothWays(type: number): boolean {
    return this.kernels !== undefined && isOwnType(type);
  }

  /** True when the device can compute a node; the CPU computes all that `Ops` can make. */
  supports(node: TensorPtr): boolean {
    return this.isCpu || this.ggml.ggml_backend_supports_op(this.pointer, node);
  }

  /** Computes a graph on native threads while the event loop goes on; one graph at a time. */
  async compute(graph: GraphPtr): Promise<void> {
    if (this.ledger) return;
    const status = await new Promise<number>((resolve, reject) => {
      this.ggml.ggml_backend_graph_compute.async(this.pointer, graph, (error, result) => {
        if (error) reject(error);
        else resolve(result);
      });
    });
    if (status !== 0)
      throw new EngineError('ENGINE_FAILED', `ggml could not compute a graph (status ${status}).`);
  }

  /** Copies the bytes of `data` into a tensor, from byte `offsetBytes` on. */
  write(tensor: Tensor, data: NodeJS.TypedArray, offsetBytes = 0): void {
    const sizeBytes = this.ggml.ggml_nbytes(tensor.pointer);
    if (offsetBytes + data.byteLength > sizeBytes)
      throw new RangeError(
        `${data.byteLength} bytes at ${offsetBytes} do not fit a tensor of ${sizeBytes} bytes`,
      );
    if (this.ledger) return;
    this.ggml.ggml_backend_tensor_set(tensor.pointer, data, offsetBytes, data.byteLength);
  }

  /** Copies a whole F32 tensor into `target`, or into a new array. */
  readFloats(tensor: Tensor, target?: Float32Array): Float32Array {
    const count = elementCount(tensor.ne);
    const values = target ?? new Float32Array(count);
    if (tensor.type !== elementType.f32 || values.length !== count)
      throw new RangeError(
        `A tensor of type ${tensor.type} and extents ${formatExtents(tensor.ne)} cannot be read ` +
          `into ${values.length} floats`,
      );
    if (!this.ledger) this.ggml.ggml_backend_tensor_get(tensor.pointer, values, 0, count * 4);
    return values;
  }

  [Symbol.dispose](): void {
    this.ggml.ggml_backend_free(this.pointer);
  }
}
