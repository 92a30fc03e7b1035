import type { ComputeGraph } from '../tensor/compute-graph.ts';
import { elementType } from '../tensor/element-type.ts';
import type { RopeAngles } from '../tensor/ops.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { FrozenModel } from './frozen-model.ts';
import type { LoraAdapter } from './lora-adapter.ts';

/** What every part of a graph over one packed sequence shares. */
export interface GraphParts {
  graph: ComputeGraph;
  model: FrozenModel;
  adapter: LoraAdapter;
  /** Rotation of queries and keys, by the position of each token in its sample. */
  angles: RopeAngles;
  /** [keys, queries]: 0 where the query may look, −∞ elsewhere. */
  mask: Tensor;
}

/** Declares the inputs that every block of a graph over `tokens` tokens reads. */
export function declareParts(
  graph: ComputeGraph,
  { model, adapter, tokens }: { model: FrozenModel; adapter: LoraAdapter; tokens: number },
): GraphParts {
  const { parameters, ropeFactors } = model;
  const settings = {
    dimensions: parameters.ropeDimensions,
    contextLength: parameters.contextLength,
    freqBase: parameters.ropeFreqBase,
    freqScale: parameters.ropeFreqScale,
  };
  const positions = graph.input([tokens], elementType.i32);
  const mask = graph.input([tokens, tokens]);
  return { graph, model, adapter, angles: { settings, positions, factors: ropeFactors }, mask };
}
