import { EngineError } from '../../engines/serve-engine.ts';
import type { AllocatorPtr, ContextPtr, GraphPtr } from '../ffi/pointers.ts';
import type { Backend } from './ggml-device.ts';
import { Ops } from '../ops/arithmetic.ts';
import { requireSupported } from './require-supported.ts';
import type { Tensor } from './tensor.ts';

/**
 * Working memory of graphs: reused by liveness within a graph, and by one graph after the other.
 * A graph must not be computed any more once another one was allocated from the same memory.
 */
export class WorkingMemory implements Disposable {
  readonly #backend: Backend;
  readonly #allocator: AllocatorPtr;

  constructor(backend: Backend) {
    this.#backend = backend;
    const { ggml, pointer } = backend;
    this.#allocator = ggml.ggml_gallocr_new(ggml.ggml_backend_get_default_buffer_type(pointer));
  }

  /** Places the tensors of a graph; throws OUT_OF_MEMORY. */
  place(graph: GraphPtr): void {
    if (!this.#backend.place(this.#allocator, graph))
      throw new EngineError(
        'OUT_OF_MEMORY',
        'There is not enough memory for a training step. Lower maxTokens or microBatchSize.',
      );
  }

  [Symbol.dispose](): void {
    this.#backend.freeWorkingMemory(this.#allocator);
  }
}

/** What a device lacks is composed of simpler operations: more nodes than the CPU's graph has. */
const composedNodes = 2;

/** A graph under construction: `ops` make nodes, `require` orders them, `place` ends building. */
export class ComputeGraph implements Disposable {
  readonly ops: Ops;
  readonly backend: Backend;
  readonly #context: ContextPtr;
  readonly #graph: GraphPtr;

  /** `count` bounds the number of tensors, inputs and views included. */
  constructor(backend: Backend, count: number) {
    const { ggml } = backend;
    const capacity = backend.isCpu ? count : count * composedNodes;
    this.backend = backend;
    this.#context = ggml.ggml_init({
      mem_size:
        capacity * ggml.ggml_tensor_overhead() + ggml.ggml_graph_overhead_custom(capacity, false),
      mem_buffer: null,
      no_alloc: true,
    });
    this.#graph = ggml.ggml_new_graph_custom(this.#context, capacity, false);
    this.ops = new Ops(backend, this.#context);
  }

  /** Declares an input; write it after `place` and before every `compute`. */
  input(ne: readonly number[], type?: number): Tensor {
    const tensor = this.ops.declare(ne, type);
    this.backend.ggml.ggml_set_input(tensor.pointer);
    return tensor;
  }

  /** Makes the graph compute a tensor, after everything that was required before. */
  require(tensor: Tensor): void {
    this.backend.ggml.ggml_build_forward_expand(this.#graph, tensor.pointer);
  }

  /** Like `require`, and keeps the tensor's memory so that it can be read after `compute`. */
  requireOutput(tensor: Tensor): void {
    this.backend.ggml.ggml_set_output(tensor.pointer);
    this.require(tensor);
  }

  /** Ends building; throws DEVICE_LACKS_OPERATION, or OUT_OF_MEMORY. */
  place(memory: WorkingMemory): void {
    requireSupported(this.backend, this.#graph);
    memory.place(this.#graph);
  }

  compute(): Promise<void> {
    return this.backend.compute(this.#graph);
  }

  [Symbol.dispose](): void {
    this.backend.ggml.ggml_free(this.#context);
  }
}
