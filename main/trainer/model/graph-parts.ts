import type { Backend } from '../tensor/backend.ts';
import type { ComputeGraph } from '../tensor/compute-graph.ts';
import { elementType } from '../tensor/element-type.ts';
import type { RopeAngles } from '../tensor/ops.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { attentionMask, type QuerySpan } from './attention-mask.ts';
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
export interface QueryBlock extends QuerySpan {
  /** [keys, count]: 0 where the query may look, −∞ elsewhere. */
  mask: Tensor;
}

/** Where the tokens of a packed sequence belong. */
export interface SequenceLayout {
  /** Position of each token in its sample; as long as the graph, padding included. */
  positions: Int32Array;
  /** A number per token that differs between neighbouring samples; padding may be left out. */
  segments: Int32Array;
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
  const { ropeFactors, parameters } = model;
  const { rope } = parameters;
  const positions = graph.input([tokens], elementType.i32);
  // As llama.cpp with a context of these tokens (llama_model::get_rope_factors).
  const factors = tokens > rope.originalContextLength ? ropeFactors.long : ropeFactors.short;
  const angles = { curve: rope, positions, factors };
  const queryBlocks = declareBlocks(graph, tokens);
  return { graph, model, trained, turnedInputs: new Map(), angles, queryBlocks };
}

/** Writes the inputs that `declareParts` declared; do so before every computation. */
export function writeLayout(
  backend: Backend,
  { angles, queryBlocks }: GraphParts,
  { positions, segments }: SequenceLayout,
): void {
  backend.write(angles.positions, positions);
  for (const block of queryBlocks) backend.write(block.mask, attentionMask(segments, block));
}

function declareBlocks(graph: ComputeGraph, tokens: number): QueryBlock[] {
  return Array.from({ length: countQueryBlocks(tokens) }, (_, index) => {
    const first = index * blockQueries;
    const count = Math.min(blockQueries, tokens - first);
    const keys = first + count;
    return { first, count, keys, mask: graph.input([keys, count]) };
  });
}
