import type { RopeCurve } from '../../gguf/model/rope-curve.ts';
import type { ComputeGraph } from '../device/compute-graph.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import type { RopeAngles } from '../ops/rope.ts';
import type { BaseModel } from '../weights/base-model.ts';
import type { TrainedWeights } from '../weights/trained-weights.ts';
import type { BranchDropout } from './branch-dropout.ts';
import type { DropoutMasks } from './dropout.ts';
import {
  declareVisibleKeys,
  writeVisibleKeys,
  type ByAttentionKind,
  type QuerySpan,
  type VisibleKeys,
} from './visible-keys.ts';

/** What all layers of a graph over one packed sequence share. */
export interface GraphContext {
  graph: ComputeGraph;
  model: BaseModel;
  trained: TrainedWeights;
  /** What is dropped from the outputs of sub-layers. */
  dropout: DropoutMasks;
  /** What is dropped from the inputs of branches. */
  branchDropout: BranchDropout;
  /** Transposes of layer inputs [in, tokens] that gradients of matrices share. */
  transposedInputs: Map<Tensor, Tensor>;
  /** Rotation of queries and keys, by the position of each token in its sample. */
  angles: ByAttentionKind<RopeAngles>;
  visibleKeys: VisibleKeys;
}

/** Where the tokens of a packed sequence belong. */
export interface SequenceLayout {
  /** Position of each token in its sample; as long as the graph, padding included. */
  positions: Int32Array;
  /** A number per token that differs between neighbouring samples; padding may be left out. */
  segments: Int32Array;
}

/** What a graph is built over: `spans` cover its tokens. */
interface GraphSetting {
  model: BaseModel;
  trained: TrainedWeights;
  spans: readonly QuerySpan[];
  /** Of samples beyond the context that the model was first trained with (LongRoPE). */
  usesLongFactors: boolean;
  /** Nothing is dropped when it is left out. */
  dropout?: DropoutMasks;
  /** Likewise. */
  branchDropout?: BranchDropout;
}

const noBranchDropout: BranchDropout = { threshold: 0, masks: new Map() };

/**
 * Whether a sample of so many tokens is turned by the long factors of a model, as in Hugging Face
 * (`_longrope_frequency_update`): its own length decides, whatever is computed beside it.
 */
export const usesLongFactors = ({ ropeFactors, parameters }: BaseModel, tokens: number): boolean =>
  ropeFactors.long !== ropeFactors.short && tokens > parameters.rope.originalContextLength;

/** Declares the inputs that every block of a graph reads. */
export function declareContext(
  graph: ComputeGraph,
  {
    model,
    trained,
    spans,
    usesLongFactors,
    dropout = new Map(),
    branchDropout = noBranchDropout,
  }: GraphSetting,
): GraphContext {
  const { ropeFactors, parameters } = model;
  const { rope, sliding } = parameters;
  const tokens = spans.reduce((sum, { count }) => sum + count, 0);
  const positions = graph.input([tokens], elementType.i32);
  const factors = usesLongFactors ? ropeFactors.long : ropeFactors.short;
  const anglesOf = (curve: RopeCurve) => ({ curve, positions, factors });
  const angles = { global: anglesOf(rope), sliding: anglesOf(sliding?.rope ?? rope) };
  const visibleKeys = declareVisibleKeys(graph, parameters, { spans, tokens });
  return {
    graph,
    model,
    trained,
    dropout,
    branchDropout,
    transposedInputs: new Map(),
    angles,
    visibleKeys,
  };
}

/** Writes the inputs that `declareContext` declared; do so before every computation. */
export function writeLayout(
  { graph, angles, visibleKeys, model }: GraphContext,
  { positions, segments }: SequenceLayout,
): void {
  graph.device.write(angles.global.positions, positions);
  const layout = { segments, tokens: positions.length };
  writeVisibleKeys(graph.device, visibleKeys, {
    ...layout,
    window: model.parameters.sliding?.window,
  });
}
