import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import type { TensorPlan } from '../../gguf/model/tensor-plan.ts';
import { elementType, toExtents } from '../device/tensor.ts';
import type { Device } from '../device/device.ts';

/** What a graph does with a frozen matrix: multiplies by it, or picks rows of it. */
export type MatrixUse = 'product' | 'rows';

/** Whether a device can do that with a matrix of a type; `ne` in ggml order. */
export type CanCompute = (use: MatrixUse, type: number, ne: readonly number[]) => boolean;

/** Columns of the other operand: enough that a device takes its ordinary path. */
const columns = 32;
const askedTensors = 4;

/** Asks a device by making the node, which nobody computes. */
export const askDevice =
  (device: Device): CanCompute =>
  (use, type, ne) => {
    if (device.isCpu) return true;
    const { ggml } = device;
    const mem_size = askedTensors * ggml.ggml_tensor_overhead();
    const context = ggml.ggml_init({ mem_size, mem_buffer: null, no_alloc: true });
    try {
      const [length, rows] = toExtents(ne);
      const matrix = ggml.ggml_new_tensor_4d(context, type, length, rows, 1, 1);
      const other =
        use === 'product'
          ? ggml.ggml_new_tensor_4d(context, elementType.f32, length, columns, 1, 1)
          : ggml.ggml_new_tensor_4d(context, elementType.i32, columns, 1, 1, 1);
      const node =
        use === 'product'
          ? ggml.ggml_mul_mat(context, matrix, other)
          : ggml.ggml_get_rows(context, matrix, other);
      return device.supports(node);
    } finally {
      ggml.ggml_free(context);
    }
  };

/**
 * The type in which a device can hold a frozen matrix of a base: `wanted` where it computes with
 * that, else BF16, else F32. What it needs more of memory is in the plan of the run.
 */
export function holdableType(
  canCompute: CanCompute,
  { head, embedding }: TensorPlan,
  { source, wanted }: { source: GgufTensor; wanted: number },
): number {
  const uses: MatrixUse[] = source === embedding ? ['rows'] : ['product'];
  if (source === embedding && head.weight === embedding) uses.push('product');
  const isHoldable = (type: number) => uses.every((use) => canCompute(use, type, source.ne));
  return [wanted, elementType.bf16].find(isHoldable) ?? elementType.f32;
}
