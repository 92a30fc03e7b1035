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
  /** One mask [in, tokens] per weight with a branch: 0 or 1. */
  masks: ReadonlyMap<Tensor, { name: string; tensor: Tensor }>;
}

const draws = 65_536;
/** Blocks of Q4_0, a scale in F16 and 32 numbers of 4 bits from −8 on: 0 and 1 take 4.5 bits each. */
const block = { elements: 32, words: 9, bothZero: 0x8888 };
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
        const [width] = weight.ne;
        const type = width % block.elements === 0 ? elementType.q4_0 : elementType.f16;
        const tensor = graph.input([width, tokens], type);
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
    const isPacked = tensor.type === elementType.q4_0;
    const mark = isPacked ? 1 : one;
    for (const [index, { start, length }] of spans.entries()) {
      const place = { start: start * width, end: (start + length) * width };
      markKeyed(`${keys[index] ?? ''}/${name}`, { into, ...place, threshold, mark });
    }
    device.write(tensor, isPacked ? packMarks(into) : into);
  }
}

/** Zeros and ones as blocks of Q4_0: byte k of a block has its elements k and k + 16. */
function packMarks(marks: Uint16Array): Uint16Array {
  const packed = new Uint16Array((marks.length / block.elements) * block.words);
  for (let from = 0, to = 0; from < marks.length; from += block.elements, to += block.words) {
    packed[to] = one;
    for (let word = 0; word < block.words - 1; word++) {
      const at = from + 2 * word;
      const low = (marks[at] ?? 0) | ((marks[at + 1] ?? 0) << 8);
      const high = (marks[at + 16] ?? 0) | ((marks[at + 17] ?? 0) << 8);
      packed[to + word + 1] = block.bothZero | low | (high << 4);
    }
  }
  return packed;
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
