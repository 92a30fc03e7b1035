import type { BufferPtr, BufferTypePtr, ContextPtr, GraphPtr } from '../ffi/pointers.ts';
import type { AllocatorPtr, TensorPtr } from '../ffi/pointers.ts';
import type { GgmlFunctions } from '../ffi/symbols.ts';

/** Tensors get this address instead of memory; nothing ever reads or writes there. */
const nowhere = 0x10000n;
const boundless = 2 ** 52;

/**
 * Notes what a backend would allocate, and allocates nothing: what is built on it has the sizes of
 * the real thing, since it is the real thing.
 */
export class MemoryLedger {
  readonly #ggml: GgmlFunctions;
  readonly #bufferType: BufferTypePtr;
  readonly #storesBytes = new Map<string, number>();
  readonly #graphsBytes = new Map<AllocatorPtr, number>();

  constructor(ggml: GgmlFunctions, bufferType: BufferTypePtr) {
    this.#ggml = ggml;
    this.#bufferType = bufferType;
  }

  /** Bytes of tensors that outlive graphs, by what they are for. */
  get storesBytes(): ReadonlyMap<string, number> {
    return this.#storesBytes;
  }

  /** Bytes of working memory: of the largest graph in each. */
  get graphsBytes(): number {
    return [...this.#graphsBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  get totalBytes(): number {
    return [...this.#storesBytes.values()].reduce((sum, bytes) => sum + bytes, this.graphsBytes);
  }

  /** Notes the tensors of a context; they count as allocated from then on. */
  noteStore(context: ContextPtr, purpose: string): BufferPtr {
    const bytes = this.#ggml.ggml_backend_alloc_ctx_tensors_from_buft_size(
      context,
      this.#bufferType,
    );
    this.#storesBytes.set(purpose, (this.#storesBytes.get(purpose) ?? 0) + bytes);
    const buffer = this.#ggml.ggml_backend_cpu_buffer_from_ptr(nowhere, boundless);
    let tensor: TensorPtr | null = this.#ggml.ggml_get_first_tensor(context);
    while (tensor !== null) {
      this.#ggml.ggml_backend_tensor_alloc(buffer, tensor, nowhere);
      tensor = this.#ggml.ggml_get_next_tensor(context, tensor);
    }
    return buffer;
  }

  /** Notes a graph that would be placed in a working memory. */
  noteGraph(allocator: AllocatorPtr, graph: GraphPtr): void {
    const sizes = new BigUint64Array(1);
    this.#ggml.ggml_gallocr_reserve_n_size(allocator, graph, null, null, sizes);
    const known = this.#graphsBytes.get(allocator) ?? 0;
    this.#graphsBytes.set(allocator, Math.max(known, Number(sizes[0])));
  }
}
