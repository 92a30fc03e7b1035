import type { ComputeGraph } from '../device/compute-graph.ts';
import type { Device } from '../device/device.ts';
import { elementType, haveSameExtents, type Extents, type Tensor } from '../device/tensor.ts';
import type { TensorPtr } from '../ffi/pointers.ts';
import { add, addInPlace, mul, scale } from './arithmetic.ts';
import {
  floatBits,
  kernelNode,
  kernelNodeInPlace,
  withKernels,
  type KernelCall,
  type KernelGraph,
} from './kernel.ts';
import { cast, cont, transpose } from './layout.ts';
import { areFloats, floats, requireShapes } from './shapes.ts';

// Products of matrices and sums of them: by our own kernels where there are any and they read the
// type (kernels/product.c), else by ggml.

const { f32, f16, bf16 } = elementType;
/** `GGML_PREC_F32` (ggml.h). */
const fullPrecision = 10;

/** One product of a sum over ne0 of both: a [k, m], or [m, k] when it is transposed; b [k, n] F32. */
export interface ProductTerm {
  a: Tensor;
  b: Tensor;
  transposed?: boolean;
  /** Multiplies the product element by element: [m, n], 0 and 1 in a type that is cast to F32. */
  mask?: Tensor;
}

/** Whether our kernels take first operands of this type; the second is always F32. */
const isKernelType = (type: number) => type === f32 || type === f16 || type === bf16;

/** Whether a device multiplies a matrix of this type as it lies, in both directions. */
export const readsBothWays = ({ kernels }: Pick<Device, 'kernels'>, type: number): boolean =>
  kernels !== undefined && isKernelType(type);

/** a · b over ne0: a [k, m, x, y], b [k, n, X, Y] F32 → [m, n, X, Y]; a repeats over X and Y. */
export function matMul(graph: ComputeGraph, a: Tensor, b: Tensor): Tensor {
  const fits = a.ne[0] === b.ne[0] && b.ne[2] % a.ne[2] === 0 && b.ne[3] % a.ne[3] === 0;
  requireShapes(fits && b.type === f32 && b.isContiguous && a.hasDenseRows, 'matMul', a, b);
  const ne: Extents = [a.ne[1], b.ne[1], b.ne[2], b.ne[3]];
  const own = withKernels(graph);
  if (own && isKernelType(a.type)) return floats(productNode(own, [operandsOf({ a, b })], ne), ne);
  // Vulkan (ggml 0.23.0) misreads matrices with gaps between them, so GPUs get them closed up.
  const first = a.isContiguous || graph.device.isCpu ? a : cont(graph, a);
  const pointer = graph.ggml.ggml_mul_mat(graph.context, first.pointer, b.pointer);
  // GPUs sum products of F16 and quantized weights in F16 otherwise; those of BF16 in F32 anyway.
  if (a.type !== bf16) graph.ggml.ggml_mul_mat_set_prec(pointer, fullPrecision);
  return floats(pointer, ne);
}

/** factor · a · b for matrices a [k, m] and b [k, n]. */
export function scaledMatMul(graph: ComputeGraph, a: Tensor, b: Tensor, factor: number): Tensor {
  const own = withKernels(graph);
  if (!own || !isKernelType(a.type) || factor === 0)
    return scale(graph, matMul(graph, a, b), factor);
  const ne = extentsOf({ a, b });
  return floats(scaledProductNode(own, { operands: operandsOf({ a, b }), factor }, ne), ne);
}

/** Σ over ne1 of outer products: a [m, k], b [n, k], both F32 → [m, n]. */
export function outerProduct(graph: ComputeGraph, a: Tensor, b: Tensor): Tensor {
  requireShapes(a.ne[1] === b.ne[1] && areFloats(a, b), 'outerProduct', a, b);
  const ne: Extents = [a.ne[0], b.ne[0], b.ne[2], b.ne[3]];
  const own = withKernels(graph);
  if (own) return floats(productNode(own, [outerOperands(a, b)], ne), ne);
  const native = graph.ggml.ggml_out_prod(graph.context, a.pointer, b.pointer);
  return graph.device.supports(native) ? floats(native, ne) : composedOuterProduct(graph, a, b);
}

/** The same, as one product of the transposes, for devices without it (Metal, in ggml 0.23.0). */
export function composedOuterProduct(graph: ComputeGraph, a: Tensor, b: Tensor): Tensor {
  const { ggml, context } = graph;
  const transposed = ({ pointer }: Tensor) =>
    ggml.ggml_cont(context, ggml.ggml_permute(context, pointer, 1, 0, 2, 3));
  const ne: Extents = [a.ne[0], b.ne[0], b.ne[2], b.ne[3]];
  return floats(ggml.ggml_mul_mat(context, transposed(a), transposed(b)), ne);
}

/** Adds the outer products of a [m, k] and b [n, k] to a sum [m, n] where that lies. */
export function addOuterProduct(graph: ComputeGraph, sum: Tensor, a: Tensor, b: Tensor): Tensor {
  const own = withKernels(graph);
  if (!own) return addInPlace(graph, sum, outerProduct(graph, a, b));
  const fits = sum.ne[0] === a.ne[0] && sum.ne[1] === b.ne[0] && a.ne[1] === b.ne[1];
  requireShapes(fits && areFloats(sum, a, b), 'addOuterProduct', sum, a, b);
  return floats(addProductsNode(own, [outerOperands(a, b)], sum.pointer), sum.ne);
}

/** Σ of products [m, n] of matrices; where kernels take them, no product is kept by itself. */
export function sumOfProducts(graph: ComputeGraph, terms: readonly ProductTerm[]): Tensor {
  const extents = terms.map(extentsOf);
  const [ne] = extents;
  if (!ne || !extents.every((other) => haveSameExtents(other, ne)))
    throw new RangeError('A sum needs products, and they must not differ in their extents');
  const own = withKernels(graph);
  const isOwn = ({ a, mask }: ProductTerm) => own !== undefined && !mask && isKernelType(a.type);
  const others = terms.filter((term) => !isOwn(term)).map((term) => product(graph, term));
  const sum = others.reduce<Tensor | undefined>(
    (all, one) => (all ? add(graph, all, one) : one),
    undefined,
  );
  const result = own ? addTerms(own, { ne, sum }, terms.filter(isOwn)) : sum;
  if (!result) throw new RangeError('A sum needs at least one product');
  return result;
}

/** Adds products to a sum where that lies, or starts one; as many per node as it takes. */
function addTerms(
  graph: KernelGraph,
  { ne, sum }: { ne: Extents; sum: Tensor | undefined },
  terms: readonly ProductTerm[],
): Tensor | undefined {
  const [now, later] = [terms.slice(0, mostTerms), terms.slice(mostTerms)];
  if (now.length === 0) return sum;
  const operands = now.map(operandsOf);
  const pointer = sum
    ? addProductsNode(graph, operands, sum.pointer)
    : productNode(graph, operands, ne);
  return addTerms(graph, { ne, sum: floats(pointer, ne) }, later);
}

function product(graph: ComputeGraph, { mask, ...term }: ProductTerm): Tensor {
  const whole = wholeProduct(graph, term);
  return mask ? mul(graph, whole, cast(graph, mask, f32)) : whole;
}

function wholeProduct(graph: ComputeGraph, term: ProductTerm): Tensor {
  const { a, b, transposed } = term;
  if (!transposed) return matMul(graph, a, b);
  const own = withKernels(graph);
  if (!own || !isKernelType(a.type))
    return outerProduct(graph, a, cont(graph, transpose(graph, b)));
  const ne = extentsOf(term);
  return floats(productNode(own, [operandsOf(term)], ne), ne);
}

function extentsOf({ a, b, transposed }: ProductTerm): Extents {
  const [k, m] = transposed ? [a.ne[1], a.ne[0]] : [a.ne[0], a.ne[1]];
  const fits = k === b.ne[0] && a.ne[2] === 1 && b.ne[2] === 1;
  requireShapes(fits && a.hasDenseRows && areFloats(b), 'sumOfProducts', a, b);
  return [m, b.ne[1], 1, 1];
}

/** The operands of a kernel's product; a transposed one has its sum along ne1 instead of ne0. */
export interface ProductOperands {
  a: TensorPtr;
  b: TensorPtr;
  aTransposed: boolean;
  bTransposed: boolean;
}

/** Bits of the settings in kernels/product.c. */
const bits = { aTransposed: 1, bTransposed: 2, ofTerm: 2, adds: 1 << 16 };
const scaleShift = 32n;
/** Products that one node sums at most. */
export const mostTerms = 4;

const operandsOf = ({ a, b, transposed = false }: ProductTerm): ProductOperands => ({
  a: a.pointer,
  b: b.pointer,
  aTransposed: transposed,
  bTransposed: false,
});

const outerOperands = (a: Tensor, b: Tensor): ProductOperands => ({
  a: a.pointer,
  b: b.pointer,
  aTransposed: true,
  bTransposed: true,
});

/** A node of extents `ne` (F32): a sum of products, whose operands' rows must be dense. */
export const productNode = (
  graph: KernelGraph,
  terms: readonly ProductOperands[],
  ne: Extents,
): TensorPtr => kernelNode(graph, callFor(terms, 0), ne);

/** A node that adds products to `sum` (F32, contiguous) where that lies. */
export const addProductsNode = (
  graph: KernelGraph,
  terms: readonly ProductOperands[],
  sum: TensorPtr,
): TensorPtr => kernelNodeInPlace(graph, callFor(terms, bits.adds), sum);

/** A node of one product times `factor`, which must not be 0. */
function scaledProductNode(
  graph: KernelGraph,
  { operands, factor }: { operands: ProductOperands; factor: number },
  ne: Extents,
): TensorPtr {
  const { settings = 0n, ...call } = callFor([operands], 0);
  return kernelNode(graph, { ...call, settings: settings | (floatBits(factor) << scaleShift) }, ne);
}

function callFor(terms: readonly ProductOperands[], start: number): KernelCall {
  if (terms.length > mostTerms) throw new RangeError(`${terms.length} products in one node`);
  const settings = terms.reduce((all, { aTransposed, bTransposed }, index) => {
    const own = (aTransposed ? bits.aTransposed : 0) | (bTransposed ? bits.bTransposed : 0);
    return all | (own << (bits.ofTerm * index));
  }, start);
  const sources = terms.flatMap(({ a, b }) => [a, b]);
  return { name: 'product', sources, settings: BigInt(settings) };
}
