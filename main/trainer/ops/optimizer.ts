import type { ComputeGraph } from '../device/compute-graph.ts';
import type { Tensor } from '../device/tensor.ts';
import { areFloatsAlike, floats, requireShapes } from './shapes.ts';

/** State of AdamW for one weight, and the shared settings [7]. */
export interface AdamwState {
  firstMoment: Tensor;
  secondMoment: Tensor;
  settings: Tensor;
}

/** One AdamW step on `weight` where it lies; `settings` are the seven floats of ggml.h. */
export function adamwStep(
  graph: ComputeGraph,
  weight: Tensor,
  gradient: Tensor,
  { firstMoment, secondMoment, settings }: AdamwState,
): Tensor {
  const fits = areFloatsAlike(weight, gradient) && areFloatsAlike(weight, firstMoment);
  requireShapes(fits && areFloatsAlike(weight, secondMoment), 'adamwStep', weight, gradient);
  requireShapes(settings.ne[0] === 7, 'adamwStep', settings);
  const state = [firstMoment.pointer, secondMoment.pointer, settings.pointer] as const;
  const operands = [weight.pointer, gradient.pointer, ...state] as const;
  return floats(graph.ggml.ggml_opt_step_adamw(graph.context, ...operands), weight.ne);
}
