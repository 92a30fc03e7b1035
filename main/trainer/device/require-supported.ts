import { tensorTypeName } from '../../gguf/tensor-types.ts';
import { EngineError } from '../../engines/serve-engine.ts';
import { readNode } from '../ffi/native-calls.ts';
import type { GraphPtr, TensorPtr } from '../ffi/pointers.ts';
import type { Backend } from './ggml-device.ts';

/**
 * Asks the device about every node of a graph, because computing one that it lacks is abort().
 * Throws DEVICE_LACKS_OPERATION with the operation and its element types.
 */
export function requireSupported(backend: Backend, graph: GraphPtr): void {
  if (backend.isCpu) return;
  const { ggml } = backend;
  for (let index = 0; index < ggml.ggml_graph_n_nodes(graph); index++) {
    const node = ggml.ggml_graph_node(graph, index);
    if (!backend.supports(node)) throw lacking(backend, node);
  }
}

function lacking(backend: Backend, node: TensorPtr): EngineError {
  const operation = backend.ggml.ggml_op_desc(node);
  const { sources } = readNode(node);
  const text = [node, ...sources].map(describe);
  const [result = '', ...operands] = text;
  return new EngineError(
    'DEVICE_LACKS_OPERATION',
    `The device ${backend.device} cannot compute ${operation} of ${operands.join(' and ')} ` +
      `into ${result}, which this run needs. Train on another device, or choose a base in ` +
      `another quantization.`,
    { device: backend.id, operation },
  );
}

function describe(tensor: TensorPtr): string {
  const { type, ne } = readNode(tensor);
  return `${tensorTypeName(type)} [${ne.join(', ')}]`;
}
