import type { ComputeGraph } from '../tensor/compute-graph.ts';
import { elementType } from '../tensor/element-type.ts';
import type { RopeAngles } from '../tensor/ops.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { FrozenModel } from './frozen-model.ts';
import type { TrainedWeights } from './trained-weights.ts';

/** What every part of a graph over one packed sequence shares. */
export interface GraphParts {
  graph: ComputeGraph;
  model: FrozenModel;
  trained: TrainedWeights;
  /** Transposes of layer inputs [in, tokens] that gradients of matrices share. */
  turnedInputs: Map<Tensor, Tensor>;
  /** Rotation of queries and keys, by the position of each token in its sample. */
  angles: RopeAngles;
  /** Attention is computed for these queries at a time, in order. */
  queryBlocks: readonly QueryBlock[];
}

/** Consecutive queries with the keys that any of them may see: those up to the last query. */
export interface QueryBlock {
  first: number;
  count: number;
  /** Number of keys, from the first token on. */
  keys: number;
  /** [keys, count]: 0 where the query may look, −∞ elsewhere. */
  mask: Tensor;
}

/**
 * Queries per block. Keys after a block are never multiplied, which saves up to half of attention.
 * A multiple of 32, but no power of two: transposing with such strides would thrash the cache.
 */
const blockQueries = 160;

/** Number of query blocks of a sequence. */
export const countQueryBlocks = (tokens: number): number => Math.ceil(tokens / blockQueries);

/** Declares the inputs that every block of a graph over `tokens` tokens reads. */
export function declareParts(
  graph: ComputeGraph,
  { model, trained, tokens }: { model: FrozenModel; trained: TrainedWeights; tokens: number },
): GraphParts {
  const { parameters, ropeFactors } = model;
  const settings = {
    dimensions: parameters.ropeDimensions,
    contextLength: parameters.contextLength,
    freqBase: parameters.ropeFreqBase,
    freqScale: parameters.ropeFreqScale,
  };
  const positions = graph.input([tokens], elementType.i32);
  const angles = { settings, positions, factors: ropeFactors };
  const queryBlocks = declareBlocks(graph, tokens);
  return { graph, model, trained, turnedInputs: new Map(), angles, queryBlocks };
}

function declareBlocks(graph: ComputeGraph, tokens: number): QueryBlock[] {
  return Array.from({ length: countQueryBlocks(tokens) }, (_, index) => {
    const first = index * blockQueries;
    const count = Math.min(blockQueries, tokens - first);
    const keys = first + count;
    return { first, count, keys, mask: graph.input([keys, count]) };
  });
}
