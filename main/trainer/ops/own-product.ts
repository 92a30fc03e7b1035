import type { TensorPtr } from '../ffi/pointers.ts';
import {
  floatBits,
  type KernelCall,
  type KernelMaker,
  kernelNode,
  kernelNodeInPlace,
} from './kernel.ts';
import { elementType, type Extents } from '../device/tensor.ts';
import type { Device } from '../device/device.ts';

/** The operands of a product, and whether their rows are depths, over which is summed. */
export interface Factors {
  a: TensorPtr;
  b: TensorPtr;
  aByDepth: boolean;
  bByDepth: boolean;
}

const { f32, f16, bf16 } = elementType;
/** Bits of the settings in kernels/product.c. */
const bits = { aByDepth: 1, bByDepth: 2, ofTerm: 2, adds: 1 << 16 };
const scaleShift = 32n;
/** Products that one node sums at most. */
export const mostTerms = 4;

/** Whether our kernels take first operands of this type; the second is always F32. */
export const isOwnType = (type: number) => type === f32 || type === f16 || type === bf16;

/** Whether a device multiplies a matrix of this type as it lies, in both directions. */
export const readsBothWays = ({ kernels }: Pick<Device, 'kernels'>, type: number): boolean =>
  kernels !== undefined && isOwnType(type);

/** A node of extents `ne` (F32): a sum of products, whose operands' rows must be dense. */
export const ownProducts = (
  maker: KernelMaker,
  terms: readonly Factors[],
  ne: Extents,
): TensorPtr => kernelNode(maker, callFor(terms, 0), ne);

/** A node of one product times `scale`, which must not be 0. */
export function ownScaledProduct(
  maker: KernelMaker,
  { factors, scale }: { factors: Factors; scale: number },
  ne: Extents,
): TensorPtr {
  const { settings = 0n, ...call } = callFor([factors], 0);
  const scaled = settings | (floatBits(scale) << scaleShift);
  return kernelNode(maker, { ...call, settings: scaled }, ne);
}

/** A node that adds products to `sum` (F32, contiguous) where that lies. */
export const addOwnProducts = (
  maker: KernelMaker,
  terms: readonly Factors[],
  sum: TensorPtr,
): TensorPtr => kernelNodeInPlace(maker, callFor(terms, bits.adds), sum);

function callFor(terms: readonly Factors[], start: number): KernelCall {
  if (terms.length > mostTerms) throw new RangeError(`${terms.length} products in one node`);
  const settings = terms.reduce((all, { aByDepth, bByDepth }, index) => {
    const own = (aByDepth ? bits.aByDepth : 0) | (bByDepth ? bits.bByDepth : 0);
    return all | (own << (bits.ofTerm * index));
  }, start);
  const sources = terms.flatMap(({ a, b }) => [a, b]);
  return { name: 'product', sources, settings: BigInt(settings) };
}
