import type { LinearName, NormName } from '../../gguf/model/architectures.ts';
import type { Tensor } from '../device/tensor.ts';
import type { GraphParts } from './graph-context.ts';
import type { FrozenMatrix } from '../weights/declare-weights.ts';
import { linearForward, type LinearPass } from './linear.ts';
import { normForward, type NormPass } from './norm.ts';

/** One of the layers of a block, for calls on it by name. */
export interface BlockAt {
  parts: GraphParts;
  index: number;
}

/** True when the block has this linear layer. */
export const hasLinear = ({ parts, index }: BlockAt, name: LinearName): boolean =>
  parts.model.blocks[index]?.linear.has(name) ?? false;

/** Runs a linear layer that the block has. */
export const runLinear = (block: BlockAt, name: LinearName, input: Tensor): LinearPass =>
  linearForward(block.parts, linearAt(block, name), input);

/** Runs a norm, or returns undefined when the architecture has none there. */
export function runNorm(block: BlockAt, name: NormName, input: Tensor): NormPass | undefined {
  const { parts, index } = block;
  const weight = parts.model.blocks[index]?.norms.get(name);
  return weight && normForward(parts, input, weight);
}

/** Runs a norm that every architecture has. */
export function requireNorm(block: BlockAt, name: NormName, input: Tensor): NormPass {
  const pass = runNorm(block, name, input);
  if (!pass) throw new RangeError(`Block ${block.index} has no norm ${name}`);
  return pass;
}

function linearAt({ parts, index }: BlockAt, name: LinearName): FrozenMatrix {
  const matrix = parts.model.blocks[index]?.linear.get(name);
  if (!matrix) throw new RangeError(`Block ${index} has no layer ${name}`);
  return matrix;
}
