import { totalmem } from 'node:os';
import { tensorTypeName } from '../../engines/gguf/tensor-types.ts';
import type { GgufTensor } from '../../engines/gguf/read-tensors.ts';
import type { TensorPlan } from '../../engines/gguf/model/tensor-plan.ts';
import type { Backend } from '../tensor/backend.ts';
import { elementType } from '../tensor/element-type.ts';
import { rowBytes } from '../tensor/row-bytes.ts';
import { elementCount, toExtents, type Tensor } from '../tensor/tensor.ts';
import { dequantizerOf } from './dequantize.ts';

/** In which types a model is multiplied. */
export interface ProductOptions {
  /** Type of products; `auto` is F32 for a model of F32 matrices and BF16 for any other. */
  precision?: 'auto' | 'f32' | 'bf16';
  /** Holds matrices whose products are slow as BF16, where that pays (see chooseForwardTypes). */
  usesForwardCopies?: boolean;
}

/** Types whose products are about as fast as BF16 ones, or have to be exact (F32). */
const fastTypes = new Set(['F32', 'BF16', 'Q8_0', 'Q4_0']);
/** Share of the machine's memory that copies for the forward pass may take. */
const copyShare = 0.3;

const isSlow = ({ type }: GgufTensor) => !fastTypes.has(tensorTypeName(type));

/** All matrices of the linear layers and the head. */
export const matricesOf = ({ head, blocks }: TensorPlan): GgufTensor[] =>
  [head, ...blocks.flatMap(({ linear }) => [...linear.values()])].map(({ weight }) => weight);

/**
 * The type in which each matrix is held for the forward pass: BF16 instead of a type whose
 * products are up to twice as slow, when asked for, the processor multiplies BF16 and the copies
 * fit; else its own. Rounding to BF16 changes a weight by at most 2^-9 of itself.
 */
export function chooseForwardTypes(
  backend: Backend,
  plan: TensorPlan,
  { usesForwardCopies = false, precision = 'auto' }: ProductOptions,
): (source: GgufTensor) => number {
  const copyBytes = matricesOf(plan)
    .filter(isSlow)
    .reduce((sum, { ne }) => sum + elementCount(toExtents(ne)) * 2, 0);
  const hasFastProducts = backend.features.has('AVX512_BF16');
  const fits = copyBytes < totalmem() * copyShare;
  const isWorthIt = usesForwardCopies && precision !== 'f32' && hasFastProducts && fits;
  return (source) => (isWorthIt && isSlow(source) ? elementType.bf16 : source.type);
}

/** Whole rows of a matrix as they come from the file. */
interface Rows {
  source: GgufTensor;
  chunk: Uint8Array;
  /** Of the chunk in the tensor of the file. */
  offsetBytes: number;
}

/** Writes rows of any type into a BF16 matrix of the same extents. */
export function writeAsBrainFloats(
  backend: Backend,
  target: Tensor,
  { source, chunk, offsetBytes }: Rows,
): void {
  const sourceRowBytes = rowBytes(source.type, target.ne[0]);
  const count = (chunk.length / sourceRowBytes) * target.ne[0];
  const values = new Float32Array(count);
  dequantizerOf(backend.ggml, source.type)(chunk, values);
  const rounded = new Uint16Array(count);
  backend.ggml.ggml_fp32_to_bf16_row(values, rounded, count);
  const firstRow = offsetBytes / sourceRowBytes;
  backend.write(target, rounded, firstRow * target.ne[0] * rounded.BYTES_PER_ELEMENT);
}
