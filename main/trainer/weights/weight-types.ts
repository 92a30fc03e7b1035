import { totalmem } from 'node:os';
import { tensorTypeName } from '../../gguf/header/tensor-types.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import type { TensorPlan } from '../../gguf/model/tensor-plan.ts';
import { elementCount, elementType, toExtents } from '../device/tensor.ts';
import type { Device } from '../device/device.ts';

/** In which types a model is multiplied. */
export interface ProductOptions {
  /**
   * Type of products; `auto` is F32 for a model of F32 matrices and BF16 for any other. With `f32`
   * quantized matrices are held as F32: products of their own type round activations to 8 bits.
   */
  precision?: 'auto' | 'f32' | 'bf16';
  /** Holds matrices whose products are slow as BF16, where that pays (see chooseForwardTypes). */
  usesForwardCopies?: boolean;
  /** Whether the device computes with a type; the device is asked when it is left out. */
  canCompute?: CanCompute;
}

/** How a model is loaded. */
export interface LoadOptions extends ProductOptions {
  /** Declares F32 masters of all weights, to be changed by an optimizer. */
  trainsWeights?: boolean;
}

/** Types whose products by ggml are about as fast as BF16 ones, or have to be exact (F32). */
const fastTypes = new Set(['F32', 'BF16', 'Q8_0', 'Q4_0']);
/** The types whose products by ggml round nothing. */
const exactTypes = new Set(['F32']);
/** The types that our kernels multiply, faster than ggml multiplies any. */
const ownFastTypes = new Set(['F32', 'BF16', 'F16']);
/** Share of the machine's memory that copies for the forward pass may take. */
const copyShare = 0.3;

/** All matrices of the linear layers and the head. */
export const weightMatricesOf = ({ head, blocks }: TensorPlan): GgufTensor[] =>
  [head, ...blocks.flatMap(({ linear }) => [...linear.values()])].map(({ weight }) => weight);

/** In which types the frozen matrices are held. */
export interface ForwardTypes {
  typeOf: (source: GgufTensor) => number;
  /** Names of the types met so far that the device does not compute with. */
  replaced: ReadonlySet<string>;
}

/**
 * The type in which each matrix is held for the forward pass: BF16 instead of a type whose
 * products are up to twice as slow, when asked for, our kernels or the processor multiply BF16 and
 * the copies fit; F32 where products are to be exact, on the CPU; else its own, or the nearest that
 * the device computes with (see holdableType). Rounding to BF16 changes a weight by at most 2^-9 of
 * itself.
 */
export function chooseForwardTypes(
  device: Device,
  plan: TensorPlan,
  { usesForwardCopies = false, precision = 'auto', canCompute }: ProductOptions,
): ForwardTypes {
  const replaced = new Set<string>();
  const asked = canCompute ?? askDevice(device);
  const isExact = precision === 'f32';
  const kept = keptTypes(device, isExact);
  const isCopied = ({ type }: GgufTensor) => !kept.has(tensorTypeName(type));
  const copyBytes = weightMatricesOf(plan)
    .filter(isCopied)
    .reduce((sum, { ne }) => sum + elementCount(toExtents(ne)) * (isExact ? 4 : 2), 0);
  const hasFastProducts = device.kernels !== undefined || device.features.has('AVX512_BF16');
  const fits = copyBytes < totalmem() * copyShare;
  const isWorthIt = usesForwardCopies && fits && (isExact ? device.isCpu : hasFastProducts);
  const copyType = isExact ? elementType.f32 : elementType.bf16;
  const typeOf = (source: GgufTensor) => {
    const isMatrix = source !== plan.embedding || plan.head.weight === plan.embedding;
    const wanted = isWorthIt && isMatrix && isCopied(source) ? copyType : source.type;
    const type = holdableType(asked, plan, { source, wanted });
    if (type !== wanted) replaced.add(tensorTypeName(wanted));
    return type;
  };
  return { typeOf, replaced };
}

/** Types that are multiplied as they are; where nothing may be rounded, those read as floats. */
function keptTypes(device: Device, isExact: boolean): ReadonlySet<string> {
  if (device.kernels) return ownFastTypes;
  return isExact ? exactTypes : fastTypes;
}

/** Type of the copies and backward operands of a model (see BaseModel). */
export function chooseComputeType(plan: TensorPlan, { precision = 'auto' }: LoadOptions): number {
  if (precision !== 'auto') return elementType[precision];
  const isExact = weightMatricesOf(plan).every(({ type }) => type === elementType.f32);
  return isExact ? elementType.f32 : elementType.bf16;
}

/** What a graph does with a frozen matrix: multiplies by it, or picks rows of it. */
export type MatrixUse = 'product' | 'rows';

/** Whether a device can do that with a matrix of a type; `ne` in ggml order. */
export type CanCompute = (use: MatrixUse, type: number, ne: readonly number[]) => boolean;

/** Columns of the other operand: enough that a device takes its ordinary path. */
const columns = 32;
const askedTensors = 4;

/** Asks a device by making the node, which nobody computes. */
const askDevice =
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
function holdableType(
  canCompute: CanCompute,
  { head, embedding }: TensorPlan,
  { source, wanted }: { source: GgufTensor; wanted: number },
): number {
  const uses: MatrixUse[] = source === embedding ? ['rows'] : ['product'];
  if (source === embedding && head.weight === embedding) uses.push('product');
  const isHoldable = (type: number) => uses.every((use) => canCompute(use, type, source.ne));
  return [wanted, elementType.bf16].find(isHoldable) ?? elementType.f32;
}
