import type { ContextPtr } from '../ffi/pointers.ts';
import { composedOuterProduct } from './composed-ops.ts';
import { LayoutOps } from './layout.ts';
import type { KernelMaker } from './kernel.ts';
import {
  addOwnProducts,
  type Factors,
  isOwnType,
  mostTerms,
  ownProducts,
  ownScaledProduct,
} from './own-product.ts';
import { requireShapes } from './shapes.ts';
import { elementType, type Extents, haveSameExtents, type Tensor } from '../device/tensor.ts';
import type { Device } from '../device/device.ts';

const { f32, bf16 } = elementType;
/** `GGML_PREC_F32` (ggml.h). */
const fullPrecision = 10;

/** One product of a sum over ne0 of both: a [k, m], or [m, k] when it is turned; b [k, n] F32. */
export interface ProductTerm {
  a: Tensor;
  b: Tensor;
  isTurned?: boolean;
}

/** Whether ggml repeats `small` to the extents of `large`. */
export const isRepeatable = (small: Extents, large: Extents) =>
  large.every((extent, axis) => extent % (small[axis] ?? 1) === 0);

/** Products of matrices and sums, by our own kernels where there are any. */
export class ProductOps extends LayoutOps {
  protected readonly device: Device;

  constructor(device: Device, context: ContextPtr) {
    super(device.ggml, context);
    this.device = device;
  }

  /** Whether our own kernels compute products. */
  get hasKernels(): boolean {
    return this.device.kernels !== undefined;
  }

  /** a · b over ne0: a [k, m, x, y], b [k, n, X, Y] F32 → [m, n, X, Y]; a repeats over X and Y. */
  mulMat(a: Tensor, b: Tensor): Tensor {
    const fits = a.ne[0] === b.ne[0] && b.ne[2] % a.ne[2] === 0 && b.ne[3] % a.ne[3] === 0;
    requireShapes(fits && b.type === f32 && b.isContiguous && a.hasDenseRows, 'mulMat', a, b);
    const ne: Extents = [a.ne[1], b.ne[1], b.ne[2], b.ne[3]];
    const maker = this.kernelMaker;
    if (maker && isOwnType(a.type))
      return this.result(ownProducts(maker, [factorsOf({ a, b })], ne), ne);
    // Vulkan (ggml 0.25.1) misreads matrices with gaps between them, so GPUs get them closed up.
    const first = a.isContiguous || this.device.isCpu ? a : this.cont(a);
    const pointer = this.ggml.ggml_mul_mat(this.context, first.pointer, b.pointer);
    // GPUs sum products of F16 and quantized weights in F16 otherwise; those of BF16 in F32 anyway.
    if (a.type !== bf16) this.ggml.ggml_prec_set_acc(pointer, fullPrecision);
    return this.result(pointer, ne);
  }

  /** scale · a · b for matrices a [k, m] and b [k, n]. */
  scaledProduct(a: Tensor, b: Tensor, scale: number): Tensor {
    const maker = this.kernelMaker;
    if (!maker || !isOwnType(a.type) || scale === 0) return this.scale(this.mulMat(a, b), scale);
    const ne = this.#extentsOf({ a, b });
    return this.result(ownScaledProduct(maker, { factors: factorsOf({ a, b }), scale }, ne), ne);
  }

  /** Σ over ne1 of outer products: a [m, k], b [n, k], both F32 → [m, n]. */
  outerProduct(a: Tensor, b: Tensor): Tensor {
    requireShapes(a.ne[1] === b.ne[1] && this.areFloats(a, b), 'outerProduct', a, b);
    const ne: Extents = [a.ne[0], b.ne[0], b.ne[2], b.ne[3]];
    const maker = this.kernelMaker;
    if (maker) return this.result(ownProducts(maker, [outerFactors(a, b)], ne), ne);
    const native = this.ggml.ggml_out_prod(this.context, a.pointer, b.pointer);
    const pointer = this.device.supports(native)
      ? native
      : composedOuterProduct(this.maker, a.pointer, b.pointer);
    return this.result(pointer, ne);
  }

  /** Σ of products [m, n] of matrices; where kernels take them, no product is kept by itself. */
  sumOfProducts(terms: readonly ProductTerm[]): Tensor {
    const extents = terms.map((term) => this.#extentsOf(term));
    const [ne] = extents;
    if (!extents.every((other) => ne && haveSameExtents(other, ne)))
      throw new RangeError('The products of a sum differ in their extents');
    const maker = this.kernelMaker;
    const isOwn = ({ a }: ProductTerm) => maker !== undefined && isOwnType(a.type);
    let sum: Tensor | undefined;
    for (const term of terms.filter((one) => !isOwn(one))) {
      const product = this.#product(term);
      sum = sum ? this.add(sum, product) : product;
    }
    if (maker && ne) sum = this.#addOwn(maker, { ne, sum }, terms.filter(isOwn));
    if (!sum) throw new RangeError('A sum needs at least one product');
    return sum;
  }

  /** Adds the outer products of a [m, k] and b [n, k] to a sum [m, n] where that lies. */
  addOuterProduct(sum: Tensor, a: Tensor, b: Tensor): Tensor {
    const maker = this.kernelMaker;
    if (!maker) return this.addInPlace(sum, this.outerProduct(a, b));
    const fits = sum.ne[0] === a.ne[0] && sum.ne[1] === b.ne[0] && a.ne[1] === b.ne[1];
    requireShapes(fits && this.areFloats(sum, a, b), 'addOuterProduct', sum, a, b);
    return this.result(addOwnProducts(maker, [outerFactors(a, b)], sum.pointer), sum.ne);
  }

  /** a + b, where b repeats to the extents of a. */
  add(a: Tensor, b: Tensor): Tensor {
    requireShapes(isRepeatable(b.ne, a.ne) && this.areFloats(a, b), 'add', a, b);
    return this.result(this.ggml.ggml_add(this.context, a.pointer, b.pointer), a.ne);
  }

  /** a · factor. */
  scale(a: Tensor, factor: number): Tensor {
    requireShapes(this.areFloats(a), 'scale', a);
    return this.result(this.ggml.ggml_scale(this.context, a.pointer, factor), a.ne);
  }

  /** Adds b to a where a lies; the result must be computed before a is read. */
  addInPlace(a: Tensor, b: Tensor): Tensor {
    requireShapes(haveSameExtents(a.ne, b.ne) && this.areFloats(a, b), 'addInPlace', a, b);
    return this.result(this.ggml.ggml_add_inplace(this.context, a.pointer, b.pointer), a.ne);
  }

  protected get maker() {
    return { ggml: this.ggml, context: this.context };
  }

  /** Where our own kernels make nodes; undefined where there are none. */
  protected get kernelMaker(): KernelMaker | undefined {
    const { kernels } = this.device;
    return kernels && { ...this.maker, kernels };
  }

  #product({ a, b, isTurned }: ProductTerm): Tensor {
    return isTurned ? this.outerProduct(a, this.cont(this.transpose(b))) : this.mulMat(a, b);
  }

  /** Adds products to a sum where that lies, or starts one; as many per node as it takes. */
  #addOwn(
    maker: KernelMaker,
    { ne, sum }: { ne: Extents; sum: Tensor | undefined },
    terms: readonly ProductTerm[],
  ): Tensor | undefined {
    const [now, later] = [terms.slice(0, mostTerms), terms.slice(mostTerms)];
    if (now.length === 0) return sum;
    const factors = now.map(factorsOf);
    const pointer = sum
      ? addOwnProducts(maker, factors, sum.pointer)
      : ownProducts(maker, factors, ne);
    return this.#addOwn(maker, { ne, sum: this.result(pointer, ne) }, later);
  }

  #extentsOf({ a, b, isTurned }: ProductTerm): Extents {
    const [k, m] = isTurned ? [a.ne[1], a.ne[0]] : [a.ne[0], a.ne[1]];
    const fits = k === b.ne[0] && a.ne[2] === 1 && b.ne[2] === 1;
    requireShapes(fits && a.hasDenseRows && this.areFloats(b), 'sumOfProducts', a, b);
    return [m, b.ne[1], 1, 1];
  }
}

const factorsOf = ({ a, b, isTurned = false }: ProductTerm): Factors => ({
  a: a.pointer,
  b: b.pointer,
  aByDepth: isTurned,
  bByDepth: false,
});

const outerFactors = (a: Tensor, b: Tensor): Factors => ({
  a: a.pointer,
  b: b.pointer,
  aByDepth: true,
  bByDepth: true,
});
