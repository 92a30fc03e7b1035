import type { HyperParameters } from '../../gguf/model/hyper-parameters.ts';
import type { RopeCurve } from '../../gguf/model/rope-curve.ts';
import type { Kernels } from '../ffi/kernels.ts';
import type { ComputeGraph } from '../device/compute-graph.ts';
import type { RopeAngles } from '../ops/arithmetic.ts';
import { attentionScratchFloats } from '../ops/attention.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import { attentionMask, earliestKeys } from './attention-mask.ts';
import type { FrozenModel } from '../weights/base-model.ts';
import type { QuerySpan } from './visible-keys.ts';
import type { DropoutMasks } from './dropout.ts';
import type { TrainedWeights } from '../weights/trained-weights.ts';
import type { Device } from '../device/device.ts';

/** What every part of a graph over one packed sequence shares. */
export interface GraphParts {
  graph: ComputeGraph;
  model: FrozenModel;
  trained: TrainedWeights;
  /** What is dropped from the outputs of sub-layers. */
  dropout: DropoutMasks;
  /** Transposes of layer inputs [in, tokens] that gradients of matrices share. */
  turnedInputs: Map<Tensor, Tensor>;
  /** Rotation of queries and keys, by the position of each token in its sample. */
  angles: ByReach<RopeAngles>;
  /** Which keys the queries see. */
  sight: Sight;
}

/** By masks of some queries at a time, in order; or as the kernels take it, query by query. */
export type Sight =
  { blocks: readonly QueryBlock[] } | { earliestKeys: ByReach<Tensor>; scratch: Tensor };

/** Consecutive queries with the keys that any of them may see: those up to the last query. */
export interface QueryBlock extends QuerySpan {
  /** [keys, count]: 0 where the query may look, −∞ elsewhere. */
  mask: ByReach<Tensor>;
}

/** What differs between layers that see every token and those that see a window of them. */
export interface ByReach<T> {
  global: T;
  /** The same as `global` in a model without sliding layers. */
  local: T;
}

/** Reach of the layer with this index. */
export const reachOf = ({ model }: GraphParts, index: number): keyof ByReach<unknown> =>
  model.parameters.sliding?.isSliding[index] ? 'local' : 'global';

/** Where the tokens of a packed sequence belong. */
export interface SequenceLayout {
  /** Position of each token in its sample; as long as the graph, padding included. */
  positions: Int32Array;
  /** A number per token that differs between neighbouring samples; padding may be left out. */
  segments: Int32Array;
}

/** What a graph is built over: `spans` cover its tokens. */
interface GraphSetting {
  model: FrozenModel;
  trained: TrainedWeights;
  spans: readonly QuerySpan[];
}

/** Declares the inputs that every block of a graph reads. */
export function declareParts(
  graph: ComputeGraph,
  { model, trained, spans }: GraphSetting,
): GraphParts {
  const { ropeFactors, parameters } = model;
  const { rope, sliding } = parameters;
  const tokens = spans.reduce((sum, { count }) => sum + count, 0);
  const positions = graph.input([tokens], elementType.i32);
  // As llama.cpp with a context of these tokens (llama_model::get_rope_factors).
  const factors = tokens > rope.originalContextLength ? ropeFactors.long : ropeFactors.short;
  const turn = (curve: RopeCurve) => ({ curve, positions, factors });
  const angles = { global: turn(rope), local: turn(sliding?.rope ?? rope) };
  const sight = declareSight(graph, { model, spans }, tokens);
  return {
    graph,
    model,
    trained,
    dropout: new Map(),
    turnedInputs: new Map(),
    angles,
    sight,
  };
}

/** Writes the inputs that `declareParts` declared; do so before every computation. */
export function writeLayout(
  device: Device,
  { angles, sight, model }: GraphParts,
  { positions, segments }: SequenceLayout,
): void {
  const { sliding } = model.parameters;
  device.write(angles.global.positions, positions);
  if ('blocks' in sight)
    for (const block of sight.blocks) {
      device.write(block.mask.global, attentionMask(segments, block));
      if (sliding) device.write(block.mask.local, attentionMask(segments, block, sliding.window));
    }
  else {
    const count = positions.length;
    device.write(sight.earliestKeys.global, earliestKeys(segments, count));
    if (sliding)
      device.write(sight.earliestKeys.local, earliestKeys(segments, count, sliding.window));
  }
}

function declareBlocks(
  graph: ComputeGraph,
  spans: readonly QuerySpan[],
  hasLocal: boolean,
): QueryBlock[] {
  return spans.map((span) => {
    const global = graph.input([span.keys, span.count]);
    const local = hasLocal ? graph.input([span.keys, span.count]) : global;
    return { ...span, mask: { global, local } };
  });
}

/** Whether attention is computed by a kernel, which takes heads of whole vectors. */
export const attendsByKernel = (
  kernels: Kernels | undefined,
  { headLength }: HyperParameters,
): kernels is Kernels => kernels !== undefined && headLength % kernels.lanes === 0;

function declareSight(
  graph: ComputeGraph,
  { model, spans }: Pick<GraphSetting, 'model' | 'spans'>,
  tokens: number,
): Sight {
  const { headLength, sliding } = model.parameters;
  const { kernels, threads } = graph.device;
  if (!attendsByKernel(kernels, model.parameters))
    return { blocks: declareBlocks(graph, spans, sliding !== undefined) };
  const global = graph.input([tokens], elementType.i32);
  const scratch = graph.input([attentionScratchFloats(tokens, headLength, threads)]);
  const earliestKeys = { global, local: sliding ? graph.input([tokens], elementType.i32) : global };
  return { earliestKeys, scratch };
}
