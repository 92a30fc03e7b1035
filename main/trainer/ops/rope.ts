import type { RopeCurve } from '../../gguf/model/rope-curve.ts';
import type { ComputeGraph } from '../device/compute-graph.ts';
import type { Tensor } from '../device/tensor.ts';
import type { TensorPtr } from '../ffi/pointers.ts';
import type { GgmlFunctions } from '../ffi/symbols.ts';
import { areFloats, floats, requireShapes } from './shapes.ts';

/** `GGML_ROPE_TYPE_NORMAL` and `GGML_ROPE_TYPE_NEOX` (ggml.h). */
const ropeModes = { neighbours: 0, halves: 2 } as const;
/** Turns per original context between which YaRN blends; llama.cpp's defaults. */
const yarnBetas = [32, 1] as const;

/** How far rope turns: positions [tokens] I32 and optional factors [dimensions / 2] F32. */
export interface RopeAngles {
  curve: RopeCurve;
  positions: Tensor;
  factors: Tensor | undefined;
}

/** Rotary embedding of pairs: x [headLength, heads, tokens]. */
export const rope = (graph: ComputeGraph, x: Tensor, angles: RopeAngles): Tensor =>
  floats(ropeNode(graph, graph.ggml.ggml_rope_ext, { x, angles }), x.ne);

/** Gradient of rope: the rotation backwards. */
export const ropeBackward = (graph: ComputeGraph, gradient: Tensor, angles: RopeAngles): Tensor =>
  floats(ropeNode(graph, graph.ggml.ggml_rope_ext_back, { x: gradient, angles }), gradient.ne);

function ropeNode(
  { context }: ComputeGraph,
  call: GgmlFunctions['ggml_rope_ext'],
  { x, angles }: { x: Tensor; angles: RopeAngles },
): TensorPtr {
  const { positions, factors, curve } = angles;
  const { dimensions, pairs, originalContextLength, freqBase, freqScale } = curve;
  const fits = x.ne[2] === positions.ne[0] && x.ne[0] >= dimensions;
  const isFactored = !factors || factors.ne[0] >= dimensions / 2;
  requireShapes(fits && isFactored && areFloats(x), 'rope', x, positions);
  const inputs = [x.pointer, positions.pointer, factors?.pointer ?? null] as const;
  const shape = [dimensions, ropeModes[pairs], originalContextLength] as const;
  const turns = [freqBase, freqScale, curve.yarnMix, curve.magnitude, ...yarnBetas] as const;
  return call(context, ...inputs, ...shape, ...turns);
}
