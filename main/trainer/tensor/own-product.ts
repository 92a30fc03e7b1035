import type { Kernels } from '../ffi/kernels.ts';
import type { TensorPtr } from '../ffi/pointers.ts';
import type { NodeMaker } from './composed-ops.ts';
import { elementType } from './element-type.ts';
import type { Extents } from './tensor.ts';

/** The operands of a product, and whether their rows are depths, over which is summed. */
export interface Factors {
  a: TensorPtr;
  b: TensorPtr;
  aByDepth: boolean;
  bByDepth: boolean;
}

const { f32, f16, bf16 } = elementType;
/** Bits of the settings in native/product.c. */
const byDepthBits = { a: 1n, b: 2n };
/** `GGML_N_TASKS_MAX` (ggml.h): every thread takes a part. */
const everyThread = -1;

/** Whether our kernels take first operands of this type; the second is always F32. */
export const isOwnType = (type: number) => type === f32 || type === f16 || type === bf16;

/** A node of extents `ne` (F32) that our kernels compute; the operands' rows must be dense. */
export function ownProduct(
  { ggml, context }: NodeMaker,
  { product }: Kernels,
  { a, b, aByDepth, bByDepth }: Factors,
  ne: Extents,
): TensorPtr {
  const sources = BigInt64Array.of(a, b);
  const settings = (aByDepth ? byDepthBits.a : 0n) | (bByDepth ? byDepthBits.b : 0n);
  const operation = [sources, sources.length, product, everyThread, settings] as const;
  return ggml.ggml_custom_4d(context, f32, ...ne, ...operation);
}
