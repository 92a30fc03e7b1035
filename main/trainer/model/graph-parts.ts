import type { RopeCurve } from '../../engines/gguf/model/rope-curve.ts';
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
  angles: ByReach<RopeAngles>;
  /** Attention is computed for these queries at a time, in order. */
  queryBlocks: readonly QueryBlock[];
}

/** Consecutive queries with the keys that any of them may see: those up to the last query. */
export interface QueryBlock extends QuerySpan {
  /** [keys, count]: 0 where the query may look, −∞ elsewhere. */
  mask: ByReach<Tensor>;
}

/** What differs between layers that see every token and those that see a window of them. */
export interface ByReach<T> {
  global: T;
  /** The same as `global` in a model without local layers. */
  local: T;
}

/** Reach of the layer with this index. */
export const reachOf = ({ model }: GraphParts, index: number): keyof ByReach<unknown> =>
  model.parameters.local?.isLocal[index] ? 'local' : 'global';

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
  const { rope, local } = parameters;
  const positions = graph.input([tokens], elementType.i32);
  // As llama.cpp with a context of these tokens (llama_model::get_rope_factors).
  const factors = tokens > rope.originalContextLength ? ropeFactors.long : ropeFactors.short;
  const turn = (curve: RopeCurve) => ({ curve, positions, factors });
  const angles = { global: turn(rope), local: turn(local?.rope ?? rope) };
  const queryBlocks = declareBlocks(graph, tokens, local !== undefined);
  return { graph, model, trained, turnedInputs: new Map(), angles, queryBlocks };
}

/** Writes the inputs that `declareParts` declared; do so before every computation. */
export function writeLayout(
  backend: Backend,
  { angles, queryBlocks, model }: GraphParts,
  { positions, segments }: SequenceLayout,
): void {
  const { local } = model.parameters;
  backend.write(angles.global.positions, positions);
  for (const block of queryBlocks) {
    backend.write(block.mask.global, attentionMask(segments, block));
    if (local) backend.write(block.mask.local, attentionMask(segments, block, local.window));
  }
}

function declareBlocks(graph: ComputeGraph, tokens: number, hasLocal: boolean): QueryBlock[] {
  return Array.from({ length: countQueryBlocks(tokens) }, (_, index) => {
    const first = index * blockQueries;
    const count = Math.min(blockQueries, tokens - first);
    const keys = first + count;
    const global = graph.input([keys, count]);
    const local = hasLocal ? graph.input([keys, count]) : global;
    return { first, count, keys, mask: { global, local } };
  });
}
