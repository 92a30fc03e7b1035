import { keyedBytes } from '../data/random.ts';
import type { PackedSpan } from '../data/pack.ts';
import type { ComputeGraph } from '../device/compute-graph.ts';
import { elementType, type Tensor } from '../device/tensor.ts';
import type { Device } from '../device/device.ts';
import { mul } from '../ops/arithmetic.ts';
import { cast } from '../ops/layout.ts';

/** What of a block has an output that is added to the residual stream. */
const subLayers = ['attention', 'feedForward'] as const;
export type SubLayer = (typeof subLayers)[number];

/** A factor per element of one sub-layer's output: 0, or 1 / (1 − rate). */
interface DropoutMask {
  /** [embeddingLength, tokens] in F16. */
  tensor: Tensor;
  rate: number;
}

/** Masks by block and sub-layer; without one nothing is dropped. */
export type DropoutMasks = ReadonlyMap<string, DropoutMask>;

/** Where the samples of a packed sequence lie, and a name for the random numbers of each. */
export interface KeyedSpans {
  spans: readonly PackedSpan[];
  /** One per span; equal keys draw equal numbers. */
  keys: readonly string[];
}

/** Rate of a block: rises linearly from 0 at the first to `highest` at the last (LIMA, section 3). */
export const dropoutRate = (index: number, blocks: number, highest: number): number =>
  blocks > 1 ? (index / (blocks - 1)) * highest : highest;

/** Declares a mask for every sub-layer whose rate is above zero. */
export function declareDropout(
  graph: ComputeGraph,
  { width, blocks, tokens }: { width: number; blocks: number; tokens: number },
  highest: number,
): DropoutMasks {
  const masks = new Map<string, DropoutMask>();
  for (let index = 0; index < blocks; index++) {
    const rate = dropoutRate(index, blocks, highest);
    if (rate === 0) continue;
    for (const subLayer of subLayers) {
      const tensor = graph.input([width, tokens], elementType.f16);
      masks.set(maskName(index, subLayer), { tensor, rate });
    }
  }
  return masks;
}

/** Draws every mask anew from the keys of the samples; padding is dropped. */
export function writeDropout(device: Device, masks: DropoutMasks, samples: KeyedSpans): void {
  for (const [name, { tensor, rate }] of masks) {
    const [width, tokens] = tensor.ne;
    const factors = new Uint16Array(width * tokens);
    const kept = halfBits(1 / (1 - rate));
    const threshold = Math.round(rate * 65_536);
    for (const [index, { start, length }] of samples.spans.entries()) {
      const bytes = keyedBytes(`${samples.keys[index] ?? ''}/${name}`, length * width * 2);
      const drawn = new Uint16Array(bytes.buffer);
      const first = start * width;
      for (let at = 0; at < drawn.length; at++)
        if ((drawn[at] ?? 0) >= threshold) factors[first + at] = kept;
    }
    device.write(tensor, factors);
  }
}

/** A block of a graph with masks. */
interface DroppedLayer {
  context: { graph: ComputeGraph; dropout: DropoutMasks };
  index: number;
}

/** Drops elements of a sub-layer's output, or of its gradient, which takes the same mask. */
export function dropResidual(
  { context, index }: DroppedLayer,
  subLayer: SubLayer,
  x: Tensor,
): Tensor {
  const { graph, dropout } = context;
  const mask = dropout.get(maskName(index, subLayer));
  return mask ? mul(graph, x, cast(graph, mask.tensor, elementType.f32)) : x;
}

const maskName = (index: number, subLayer: SubLayer) => `${index}.${subLayer}`;

/** A number as the bits of a 16-bit float. */
const halfBits = (value: number): number => new Uint16Array(Float16Array.of(value).buffer)[0] ?? 0;
