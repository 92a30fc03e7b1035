import { readNode } from '../ffi/native-calls.ts';
import type { AllocatorPtr, ContextPtr, GraphPtr, TensorPtr } from '../ffi/pointers.ts';
import type { GgmlFunctions } from '../ffi/symbols.ts';
import type { Device } from './device.ts';
import { contiguous, elementType, type Tensor, toExtents } from './tensor.ts';
import { TrainerError } from '../../engines/protocol/errors.ts';
import { tensorTypeName } from '../../gguf/header/tensor-types.ts';

/**
 * Working memory of graphs: reused by liveness within a graph, and by one graph after the other.
 * A graph must not be computed any more once another one was allocated from the same memory.
 */
export class WorkingMemory implements Disposable {
  readonly #device: Device;
  readonly #allocator: AllocatorPtr;

  constructor(device: Device) {
    this.#device = device;
    const { ggml, pointer } = device;
    this.#allocator = ggml.ggml_gallocr_new(ggml.ggml_backend_get_default_buffer_type(pointer));
  }

  /** Places the tensors of a graph; throws OUT_OF_MEMORY. */
  place(graph: GraphPtr): void {
    if (!this.#device.place(this.#allocator, graph))
      throw new TrainerError(
        'OUT_OF_MEMORY',
        'There is not enough memory for a training step. Lower maxTokens or microBatchSize.',
      );
  }

  [Symbol.dispose](): void {
    this.#device.freeWorkingMemory(this.#allocator);
  }
}

/** What a device lacks is composed of simpler operations: more nodes than the CPU's graph has. */
const composedNodes = 2;

/** A graph under construction: ops/ make nodes, `require` orders them, `place` ends building. */
export class ComputeGraph implements Disposable {
  readonly device: Device;
  readonly ggml: GgmlFunctions;
  /** Where ggml makes nodes. */
  readonly context: ContextPtr;
  readonly #graph: GraphPtr;

  /** `count` bounds the number of tensors, inputs and views included. */
  constructor(device: Device, count: number) {
    const { ggml } = device;
    const capacity = device.isCpu ? count : count * composedNodes;
    this.device = device;
    this.ggml = ggml;
    this.context = ggml.ggml_init({
      mem_size:
        capacity * ggml.ggml_tensor_overhead() + ggml.ggml_graph_overhead_custom(capacity, false),
      mem_buffer: null,
      no_alloc: true,
    });
    this.#graph = ggml.ggml_new_graph_custom(this.context, capacity, false);
  }

  /** Declares an input; write it after `place` and before every `compute`. */
  input(ne: readonly number[], type: number = elementType.f32): Tensor {
    const extents = toExtents(ne);
    const pointer = this.ggml.ggml_new_tensor_4d(this.context, type, ...extents);
    this.ggml.ggml_set_input(pointer);
    return contiguous(pointer, extents, type);
  }

  /** Makes the graph compute a tensor, after everything that was required before. */
  require(tensor: Tensor): void {
    this.ggml.ggml_build_forward_expand(this.#graph, tensor.pointer);
  }

  /** Like `require`, and keeps the tensor's memory so that it can be read after `compute`. */
  requireOutput(tensor: Tensor): void {
    this.ggml.ggml_set_output(tensor.pointer);
    this.require(tensor);
  }

  /** Ends building; throws DEVICE_LACKS_OPERATION, or OUT_OF_MEMORY. */
  place(memory: WorkingMemory): void {
    this.#requireSupported();
    memory.place(this.#graph);
  }

  compute(): Promise<void> {
    return this.device.compute(this.#graph);
  }

  [Symbol.dispose](): void {
    this.ggml.ggml_free(this.context);
  }

  /** Asks the device about every node, because computing one that it lacks is abort(). */
  #requireSupported(): void {
    if (this.device.isCpu) return;
    for (let index = 0; index < this.ggml.ggml_graph_n_nodes(this.#graph); index++) {
      const node = this.ggml.ggml_graph_node(this.#graph, index);
      if (!this.device.supports(node)) throw lacking(this.device, node);
    }
  }
}

/** Names the operation of a node and its element types. */
function lacking(device: Device, node: TensorPtr): TrainerError {
  const operation = device.ggml.ggml_op_desc(node);
  const { sources } = readNode(node);
  const [result = '', ...operands] = [node, ...sources].map(typeAndExtents);
  return new TrainerError(
    'DEVICE_LACKS_OPERATION',
    `The device ${device.description} cannot compute ${operation} of ${operands.join(' and ')} ` +
      `into ${result}, which this run needs. Train on another device, or choose a base in ` +
      `another quantization.`,
    { device: device.id, operation },
  );
}

function typeAndExtents(tensor: TensorPtr): string {
  const { type, ne } = readNode(tensor);
  return `${tensorTypeName(type)} [${ne.join(', ')}]`;
}
