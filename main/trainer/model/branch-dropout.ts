import { markKeyed } from '../data/random.ts';
import type { ComputeGraph } from '../device/compute-graph.ts';
import type { Device } from '../device/device.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import { mul } from '../ops/arithmetic.ts';
import { cast } from '../ops/layout.ts';
import type { BaseModel } from '../weights/base-model.ts';
import type { TrainedWeights } from '../weights/trained-weights.ts';
import type { KeyedSpans } from './dropout.ts';

// Dropout of PEFT (`lora_dropout`): A reads an input of which elements are dropped, each branch
// others. W reads all of it.

/** What is dropped from the inputs of branches. */
export interface BranchDropout {
  /** Of 65,536 draws those that drop. */
  threshold: number;
  /** One mask [in, tokens] in F16 per weight with a branch: 0 or 1. */
  masks: ReadonlyMap<Tensor, { name: string; tensor: Tensor }>;
}

const draws = 65_536;
const one = new Uint16Array(Float16Array.of(1).buffer)[0] ?? 0;

/** Declares a mask for every branch, or none when nothing is dropped. */
export function declareBranchDropout(
  graph: ComputeGraph,
  { model, trained, tokens }: { model: BaseModel; trained: TrainedWeights; tokens: number },
  rate: number,
): BranchDropout {
  const masks = new Map<Tensor, { name: string; tensor: Tensor }>();
  if (rate > 0)
    for (const { linear } of model.blocks)
      for (const { weight } of linear.values()) {
        const name = trained.branchOf(weight)?.tensorName;
        if (name === undefined) continue;
        const tensor = graph.input([weight.ne[0], tokens], elementType.f16);
        masks.set(weight, { name, tensor });
      }
  return { threshold: Math.min(Math.round(rate * draws), draws - 1), masks };
}

/** Draws every mask anew from the keys of the samples; padding is dropped. */
export function writeBranchDropout(
  device: Device,
  { threshold, masks }: BranchDropout,
  { spans, keys }: KeyedSpans,
): void {
  for (const { name, tensor } of masks.values()) {
    const [width, tokens] = tensor.ne;
    const into = new Uint16Array(width * tokens);
    for (const [index, { start, length }] of spans.entries()) {
      const place = { start: start * width, end: (start + length) * width };
      markKeyed(`${keys[index] ?? ''}/${name}`, { into, ...place, threshold, mark: one });
    }
    device.write(tensor, into);
  }
}

/** What a branch reads of the input x of its layer. */
export interface BranchInput {
  /** x, or what is left of it. */
  read: Tensor;
  /** Factor of the scale of the branch: what is kept grows by what is dropped, without a node. */
  growth: number;
  /** 1 where an element is kept; undefined when all are. */
  mask: Tensor | undefined;
}

/** Drops elements of the input of a branch beside a weight. */
export function dropInput(
  { graph, branchDropout }: { graph: ComputeGraph; branchDropout: BranchDropout },
  weight: Tensor,
  input: Tensor,
): BranchInput {
  const mask = branchDropout.masks.get(weight)?.tensor;
  if (!mask) return { read: input, growth: 1, mask };
  const growth = draws / (draws - branchDropout.threshold);
  return { read: mul(graph, input, cast(graph, mask, elementType.f32)), growth, mask };
}
