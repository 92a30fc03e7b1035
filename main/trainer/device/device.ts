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
import type { Tensor } from './tensor.ts';

/**
 * Where a run computes. `GgmlDevice` does it; `PlanningDevice` only takes notes of the memory that
 * it would take. Dispose after everything that a device holds.
 */
export interface Device extends Disposable {
  readonly ggml: GgmlFunctions;
  /** ggml's own handle on it. */
  readonly pointer: BackendPtr;
  /** As in a recipe: `cpu`, `cuda0`, `vulkan0`, `metal0`. */
  readonly id: string;
  readonly isCpu: boolean;
  /** All the memory the device has; for the CPU that of the machine. */
  readonly memoryBytes: number;
  /** Threads of the CPU that compute a graph. */
  readonly threads: number;
  /** Device, threads and kernels for records: `CPU Xeon, 2 threads, own kernels 1f0c9a2e (AVX2)`. */
  readonly description: string;
  /** Instruction sets the chosen CPU library uses, as in `AVX512_BF16`; kernels of GPU libraries. */
  readonly features: ReadonlySet<string>;
  /** Our own kernels; undefined where ggml's operations are used (see kernels/README.md). */
  readonly kernels: Kernels | undefined;
  /** Bytes of the buffers it holds on its device: tensors that outlive graphs, working memory. */
  readonly heldBytes: number;
  /** Bytes of the device that nobody holds, as its driver tells. */
  readonly freeBytes: number;

  /** Gives the tensors of a context their memory; null when there is not enough. */
  allocate: (context: ContextPtr, purpose: string) => BufferPtr | null;
  /** Gives the memory of tensors back. */
  free: (buffer: BufferPtr) => void;
  /** Sets every byte of a buffer to zero. */
  clear: (buffer: BufferPtr) => void;
  /** Places the tensors of a graph in working memory; false when there is not enough. */
  place: (allocator: AllocatorPtr, graph: GraphPtr) => boolean;
  /** Gives a working memory back. */
  freeWorkingMemory: (allocator: AllocatorPtr) => void;
  /** True when the device can compute a node; the CPU computes all that ops/ can make. */
  supports: (node: TensorPtr) => boolean;
  /** Computes a graph on native threads while the event loop goes on; one graph at a time. */
  compute: (graph: GraphPtr) => Promise<void>;
  /** Copies the bytes of `data` into a tensor, from byte `offsetBytes` on. */
  write: (tensor: Tensor, data: NodeJS.TypedArray, offsetBytes?: number) => void;
  /** Copies a whole F32 tensor into `target`, or into a new array. */
  readFloats: (tensor: Tensor, target?: Float32Array) => Float32Array;
  /** Does work that only brings values into tensors; undefined where that is left out. */
  moveData: <Result>(work: () => Result) => Result | undefined;
}
