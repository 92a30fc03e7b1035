import type { LinearName, NormName } from '../../gguf/model/architectures.ts';
import type { Tensor } from '../device/tensor.ts';
import type { GraphContext } from './graph-context.ts';
import { linearForward, type LinearPass } from './linear.ts';
import { normForward, type NormPass } from './norm.ts';
import type { LinearWeights } from '../weights/declare-weights.ts';

/** A block of the model in a graph, for calls on its linear layers and norms by name. */
export interface Layer {
  context: GraphContext;
  index: number;
}

/** True when the block has this linear layer. */
export const hasLinear = ({ context, index }: Layer, name: LinearName): boolean =>
  context.model.blocks[index]?.linear.has(name) ?? false;

/** Runs a linear layer that the block has. */
export const runLinear = (layer: Layer, name: LinearName, input: Tensor): LinearPass =>
  linearForward(layer.context, linearOf(layer, name), input);

/** Runs a norm, or returns undefined when the architecture has none there. */
export function runNorm(layer: Layer, name: NormName, input: Tensor): NormPass | undefined {
  const { context, index } = layer;
  const weight = context.model.blocks[index]?.norms.get(name);
  return weight && normForward(context, input, weight);
}

/** Runs a norm that every architecture has. */
export function requireNorm(layer: Layer, name: NormName, input: Tensor): NormPass {
  const pass = runNorm(layer, name, input);
  if (!pass) throw new RangeError(`Block ${layer.index} has no norm ${name}`);
  return pass;
}

function linearOf({ context, index }: Layer, name: LinearName): LinearWeights {
  const weights = context.model.blocks[index]?.linear.get(name);
  if (!weights) throw new RangeError(`Block ${index} has no layer ${name}`);
  return weights;
}
