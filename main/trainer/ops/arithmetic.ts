import type { RopeCurve } from '../../gguf/model/rope-curve.ts';
import type { TensorPtr } from '../ffi/pointers.ts';
import type { GgmlFunctions } from '../ffi/symbols.ts';
import { composedRmsNormBack, composedSoftMaxBack } from './composed-ops.ts';
import { floatBits, kernelNode } from './kernel.ts';
import { AttentionOps } from './attention-ops.ts';
import { isRepeatable } from './product.ts';
import { requireShapes } from './shapes.ts';
import { elementType, type Extents, type Tensor } from '../device/tensor.ts';

const { i32 } = elementType;

/** `GGML_ROPE_TYPE_NORMAL` and `GGML_ROPE_TYPE_NEOX` (ggml.h). */
const ropeModes = { neighbours: 0, halves: 2 } as const;
/** Turns per original context between which YaRN blends; llama.cpp's defaults. */
const yarnBetas = [32, 1] as const;

/**
 * ggml operations on one context, each with the checks that ggml would abort on. Extents are in
 * ggml order (ne0 first); results are F32 unless said otherwise.
 */
export class Ops extends AttentionOps {
  /** a ⊙ b, where b repeats to the extents of a. */
  mul(a: Tensor, b: Tensor): Tensor {
    requireShapes(isRepeatable(b.ne, a.ne) && this.areFloats(a, b), 'mul', a, b);
    return this.result(this.ggml.ggml_mul(this.context, a.pointer, b.pointer), a.ne);
  }

  /** factor · a + shift. */
  scaleAndShift(a: Tensor, factor: number, shift: number): Tensor {
    requireShapes(this.areFloats(a), 'scaleAndShift', a);
    return this.result(this.ggml.ggml_scale_bias(this.context, a.pointer, factor, shift), a.ne);
  }

  /** A tensor like a, filled with one value. */
  fill(a: Tensor, value: number): Tensor {
    requireShapes(this.areFloats(a), 'fill', a);
    return this.result(this.ggml.ggml_fill(this.context, a.pointer, value), a.ne);
  }

  /** Rows of a [n, rows] at indices [count] (I32) → [n, count] F32, dequantized. */
  getRows(a: Tensor, indices: Tensor): Tensor {
    const fits = indices.type === i32 && indices.ne[1] === 1 && a.ne[2] === 1;
    requireShapes(fits && a.isContiguous, 'getRows', a, indices);
    const pointer = this.ggml.ggml_get_rows(this.context, a.pointer, indices.pointer);
    return this.result(pointer, [a.ne[0], indices.ne[0], 1, 1]);
  }

  /** Gradient of getRows: adds the rows of a gradient [n, count] up at their indices in [n, rows]. */
  getRowsBack(gradient: Tensor, indices: Tensor, like: Tensor): Tensor {
    const fits = indices.type === i32 && indices.ne[0] === gradient.ne[1];
    const isTable = gradient.ne[0] === like.ne[0] && like.ne[2] === 1;
    requireShapes(fits && isTable && this.areFloats(gradient), 'getRowsBack', gradient, indices);
    const inputs = [gradient.pointer, indices.pointer, like.pointer] as const;
    return this.result(this.ggml.ggml_get_rows_back(this.context, ...inputs), like.ne);
  }

  /** Gradient of a repetition: sums a [n, m, …] down to the extents of b, which repeats to a. */
  repeatBack(a: Tensor, b: Tensor): Tensor {
    requireShapes(isRepeatable(b.ne, a.ne) && this.areFloats(a), 'repeatBack', a, b);
    const pointer = this.ggml.ggml_repeat_back(this.context, a.pointer, b.pointer);
    return this.result(pointer, b.ne);
  }

  /** Overwrites rows of a [n, rows], where a lies, with b [n, count]; indices must differ. */
  setRows(a: Tensor, b: Tensor, indices: Tensor): Tensor {
    const fits = a.ne[0] === b.ne[0] && b.ne[1] === indices.ne[0] && indices.type === i32;
    requireShapes(fits && this.areFloats(a, b), 'setRows', a, b, indices);
    const { pointer } = a;
    const set = this.ggml.ggml_set_rows(this.context, pointer, b.pointer, indices.pointer);
    return this.result(set, a.ne);
  }

  /** x · sigmoid(x). */
  silu(x: Tensor): Tensor {
    requireShapes(this.areFloats(x), 'silu', x);
    return this.result(this.ggml.ggml_silu(this.context, x.pointer), x.ne);
  }

  /** Gradient of silu at x for the gradient of its result. */
  siluBack(gradient: Tensor, x: Tensor): Tensor {
    requireShapes(this.areTwins(gradient, x), 'siluBack', gradient, x);
    const pointer = this.ggml.ggml_silu_back(this.context, gradient.pointer, x.pointer);
    return this.result(pointer, x.ne);
  }

  /** silu(gate) ⊙ up. */
  gate(gate: Tensor, up: Tensor): Tensor {
    requireShapes(this.areTwins(gate, up), 'gate', gate, up);
    const maker = this.kernelMaker;
    if (!maker) return this.mul(this.silu(gate), up);
    const sources = [gate.pointer, up.pointer];
    return this.result(kernelNode(maker, { name: 'swiglu', sources }, gate.ne), gate.ne);
  }

  /** Gradients of gate and up, both [n, tokens], for that of `gate`, which is computed again. */
  gateBack({ gate, up }: GateInputs, gradient: Tensor): GateInputs {
    const fits = this.areTwins(gate, up) && this.areTwins(gate, gradient);
    requireShapes(fits && gate.ne[2] === 1 && gate.ne[3] === 1, 'gateBack', gate, up, gradient);
    const maker = this.kernelMaker;
    if (!maker) {
      const slope = this.siluBack(this.mul(gradient, up), gate);
      return { gate: slope, up: this.mul(gradient, this.silu(gate)) };
    }
    const [length, tokens] = gate.ne;
    const sources = [gate, up, gradient].map(({ pointer }) => pointer);
    const ne: Extents = [length, tokens, 2, 1];
    const both = this.result(kernelNode(maker, { name: 'swiglu_back', sources }, ne), ne);
    const half = (first: number) => this.stretch(both, first, length, tokens);
    return { gate: half(0), up: half(length * tokens) };
  }

  /** x · Φ(x), approximated by tanh; on the CPU from a table of 16-bit floats. */
  gelu(x: Tensor): Tensor {
    requireShapes(this.areFloats(x), 'gelu', x);
    return this.result(this.ggml.ggml_gelu(this.context, x.pointer), x.ne);
  }

  /** Hyperbolic tangent. */
  tanh(x: Tensor): Tensor {
    requireShapes(this.areFloats(x), 'tanh', x);
    return this.result(this.ggml.ggml_tanh(this.context, x.pointer), x.ne);
  }

  /** 1 / (1 + exp(−x)). */
  sigmoid(x: Tensor): Tensor {
    requireShapes(this.areFloats(x), 'sigmoid', x);
    return this.result(this.ggml.ggml_sigmoid(this.context, x.pointer), x.ne);
  }

  /** Rows of x divided by the root of their mean square plus epsilon. */
  rmsNorm(x: Tensor, epsilon: number): Tensor {
    requireShapes(this.areFloats(x), 'rmsNorm', x);
    return this.result(this.ggml.ggml_rms_norm(this.context, x.pointer, epsilon), x.ne);
  }

  /**
   * Gradient of x [n, …] for that of rmsNorm(x) ⊙ weight [n], plus a residual of the extents of x
   * where one is given.
   */
  rmsNormBack({ x, weight, gradient, residual }: NormBackInputs, epsilon: number): Tensor {
    const fits = this.areTwins(gradient, x) && weight.ne[0] === x.ne[0] && weight.ne[1] === 1;
    const isAddable = !residual || this.areTwins(residual, x);
    requireShapes(fits && isAddable && this.areFloats(weight), 'rmsNormBack', gradient, x, weight);
    const maker = this.kernelMaker;
    if (!maker) {
      const result = this.#rmsNormBack(this.mul(gradient, weight), x, epsilon);
      return residual ? this.add(residual, result) : result;
    }
    const operands = residual ? [x, gradient, weight, residual] : [x, gradient, weight];
    const sources = operands.map(({ pointer }) => pointer);
    const call = { name: 'rms_norm_back', sources, settings: floatBits(epsilon) } as const;
    return this.result(kernelNode(maker, call, x.ne), x.ne);
  }

  #rmsNormBack({ pointer }: Tensor, x: Tensor, epsilon: number): Tensor {
    const native = this.ggml.ggml_rms_norm_back(this.context, pointer, x.pointer, epsilon);
    if (this.device.supports(native)) return this.result(native, x.ne);
    const operands = { gradient: pointer, x: x.pointer, count: x.ne[0] };
    return this.result(composedRmsNormBack(this.maker, operands, epsilon), x.ne);
  }

  /** Softmax of each row. */
  softMax(x: Tensor): Tensor {
    requireShapes(this.areFloats(x), 'softMax', x);
    return this.result(this.ggml.ggml_soft_max(this.context, x.pointer), x.ne);
  }

  /** Softmax of each row of scale · x + mask: x [k, q, heads], mask [k, q] F32. */
  maskedSoftMax(x: Tensor, mask: Tensor, scale: number): Tensor {
    const fits = x.ne[0] === mask.ne[0] && x.ne[1] === mask.ne[1] && this.areFloats(x, mask);
    requireShapes(fits, 'maskedSoftMax', x, mask);
    const { pointer } = x;
    const result = this.ggml.ggml_soft_max_ext(this.context, pointer, mask.pointer, scale, 0);
    return this.result(result, x.ne);
  }

  /** Gradient of maskedSoftMax for its result y and the gradient of that; the scale is included. */
  maskedSoftMaxBack(gradient: Tensor, y: Tensor, scale: number): Tensor {
    requireShapes(this.areTwins(gradient, y), 'maskedSoftMaxBack', gradient, y);
    const { pointer } = gradient;
    const native = this.ggml.ggml_soft_max_ext_back(this.context, pointer, y.pointer, scale, 0);
    if (this.device.supports(native)) return this.result(native, y.ne);
    const operands = { gradient: pointer, y: y.pointer };
    return this.result(composedSoftMaxBack(this.maker, operands, scale), y.ne);
  }

  /** Rotary embedding of pairs: x [headLength, heads, tokens]. */
  rope(x: Tensor, angles: RopeAngles): Tensor {
    return this.result(this.#rope(this.ggml.ggml_rope_ext, x, angles), x.ne);
  }

  /** Gradient of rope: the rotation backwards. */
  ropeBack(gradient: Tensor, angles: RopeAngles): Tensor {
    return this.result(this.#rope(this.ggml.ggml_rope_ext_back, gradient, angles), gradient.ne);
  }

  /** Sum of squares of all elements → [1]. */
  sumOfSquares(a: Tensor): Tensor {
    requireShapes(this.areFloats(a), 'sumOfSquares', a);
    const squares = this.ggml.ggml_sqr(this.context, a.pointer);
    return this.result(this.ggml.ggml_sum(this.context, squares), [1, 1, 1, 1]);
  }

  /** One AdamW step on `weight` where it lies; `settings` are the seven floats of ggml.h. */
  adamwStep(weight: Tensor, gradient: Tensor, moments: AdamwMoments): Tensor {
    const { first, second, settings } = moments;
    const fits = this.areTwins(weight, gradient) && this.areTwins(weight, first);
    requireShapes(fits && this.areTwins(weight, second), 'adamwStep', weight, gradient);
    requireShapes(settings.ne[0] === 7, 'adamwStep', settings);
    const state = [first.pointer, second.pointer, settings.pointer] as const;
    const { ggml_opt_step_adamw: adamw } = this.ggml;
    const pointer = adamw(this.context, weight.pointer, gradient.pointer, ...state);
    return this.result(pointer, weight.ne);
  }

  #rope(call: GgmlFunctions['ggml_rope_ext'], x: Tensor, angles: RopeAngles): TensorPtr {
    const { positions, factors } = angles;
    const { dimensions, pairs, originalContextLength, freqBase, freqScale } = angles.curve;
    const fits = x.ne[2] === positions.ne[0] && x.ne[0] >= dimensions;
    const isFactored = !factors || factors.ne[0] >= dimensions / 2;
    requireShapes(fits && isFactored && this.areFloats(x), 'rope', x, positions);
    const factorsPointer = factors?.pointer ?? null;
    const shape = [dimensions, ropeModes[pairs], originalContextLength] as const;
    const { yarnMix, magnitude } = angles.curve;
    const curve = [freqBase, freqScale, yarnMix, magnitude, ...yarnBetas] as const;
    const inputs = [x.pointer, positions.pointer, factorsPointer] as const;
    return call(this.context, ...inputs, ...shape, ...curve);
  }
}

/** Operands of `rmsNormBack`. */
export interface NormBackInputs {
  x: Tensor;
  weight: Tensor;
  gradient: Tensor;
  residual?: Tensor | undefined;
}

/** Operands of a gate, of equal extents. */
export interface GateInputs {
  gate: Tensor;
  up: Tensor;
}

/** Where rope turns: positions [tokens] I32 and optional factors [dimensions / 2] F32. */
export interface RopeAngles {
  curve: RopeCurve;
  positions: Tensor;
  factors: Tensor | undefined;
}

/** State of AdamW for one weight, and the shared settings [7]. */
export interface AdamwMoments {
  first: Tensor;
  second: Tensor;
  settings: Tensor;
}
