import type { ComputeGraph } from '../tensor/compute-graph.ts';
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
