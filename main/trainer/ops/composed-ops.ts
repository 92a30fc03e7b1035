import type { ContextPtr, TensorPtr } from '../ffi/pointers.ts';
import type { GgmlFunctions } from '../ffi/symbols.ts';

// Operations that some devices lack (Metal, in ggml 0.25.1), made of ones that every device has.
// Shapes are those of the methods of `Ops` that call these, and are checked there.

/** Where nodes are made. */
export interface NodeMaker {
  ggml: GgmlFunctions;
  context: ContextPtr;
}

/** Σ over ne1 of outer products, as one product of the transposes. */
export function composedOuterProduct(
  { ggml, context }: NodeMaker,
  a: TensorPtr,
  b: TensorPtr,
): TensorPtr {
  const turned = (tensor: TensorPtr) =>
    ggml.ggml_cont(context, ggml.ggml_permute(context, tensor, 1, 0, 2, 3));
  return ggml.ggml_mul_mat(context, turned(a), turned(b));
}

/** scale · y ⊙ (g − Σ g ⊙ y), with the sum over each row. */
export function composedSoftMaxBack(
  { ggml, context }: NodeMaker,
  { gradient, y }: { gradient: TensorPtr; y: TensorPtr },
  scale: number,
): TensorPtr {
  const sums = ggml.ggml_sum_rows(context, ggml.ggml_mul(context, gradient, y));
  const centred = ggml.ggml_add(context, gradient, ggml.ggml_scale(context, sums, -1));
  return ggml.ggml_scale(context, ggml.ggml_mul(context, centred, y), scale);
}

/** (g − x · Σ(g ⊙ x) / (n · m)) / √m with m = Σx² / n + epsilon, over each row of n elements. */
export function composedRmsNormBack(
  { ggml, context }: NodeMaker,
  { gradient, x, count }: { gradient: TensorPtr; x: TensorPtr; count: number },
  epsilon: number,
): TensorPtr {
  const sumsOf = (tensor: TensorPtr) => ggml.ggml_sum_rows(context, tensor);
  const squares = sumsOf(ggml.ggml_sqr(context, x));
  const mean = ggml.ggml_scale_bias(context, squares, 1 / count, epsilon);
  const dots = sumsOf(ggml.ggml_mul(context, gradient, x));
  const factor = ggml.ggml_div(context, ggml.ggml_scale(context, dots, -1 / count), mean);
  const along = ggml.ggml_mul(context, x, factor);
  const difference = ggml.ggml_add(context, gradient, along);
  return ggml.ggml_div(context, difference, ggml.ggml_sqrt(context, mean));
}
