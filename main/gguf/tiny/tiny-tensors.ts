import { seededUniform } from '../../../shared/domain/seeded-uniform.ts';
import type { TensorToWrite } from '../write/gguf-content.ts';
import {
  architectures,
  isArchitecture,
  type Architecture,
  type LinearName,
} from '../model/architectures.ts';
import { linearExtents, normLength, type BlockShape } from '../model/tensor-plan.ts';
import { tensorTypeId } from '../header/tensor-types.ts';
import { tinyTokens } from './tiny-vocabulary.ts';

/** Shape and seed of the weights of a tiny model. */
export interface TinyWeights {
  architecture: string;
  embeddingLength: number;
  layers: number;
  heads: number;
  kvHeads: number;
  /** When left out, `heads` must divide `embeddingLength`. */
  headLength: number;
  feedForwardLength: number;
  /** The LM head is the embedding matrix, as in small published models. */
  tiedHead: boolean;
  /** Queries, keys and values are projected by one fused layer. */
  fusedProjections: boolean;
  /** Every linear layer whose bias the architecture knows has one. */
  biases: boolean;
  /** Names of tensors that divide the frequencies of rope, as in `rope_freqs`. */
  ropeFactors: readonly string[];
  /** Elements of a head that rope turns; all of them when left out. */
  ropeDimensions: number;
  seed: number;
  /** Type of the matrices; norm weights and biases are always F32. */
  type: 'F32' | 'F16';
}

/** Normal numbers for matrices, and others for what is no matrix. */
interface Sources {
  matrices: () => number;
  vectors: () => number;
}

/** Every tensor of a tiny model, filled with normal numbers that follow from its seed. */
export function tinyTensors(shape: TinyWeights): TensorToWrite[] {
  const sources = { matrices: gaussian(shape.seed), vectors: gaussian(shape.seed + 0x5eed) };
  const width = shape.embeddingLength;
  const vocabulary = tinyTokens.length;
  // A tied head must keep logits small; otherwise strong embeddings make tokens tell apart.
  const deviation = shape.tiedHead ? 1 / Math.sqrt(width) : 0.5;
  const embed = () => sources.matrices() * deviation;
  return [
    tensor('token_embd.weight', shape.type, { ne: [width, vocabulary], next: embed }),
    norm('output_norm', width, sources),
    ...(shape.tiedHead ? [] : [matrix('output', shape, { ne: [width, vocabulary], sources })]),
    ...shape.ropeFactors.map((name, index) =>
      tensor(`${name}.weight`, 'F32', {
        ne: [shape.ropeDimensions / 2],
        next: () => 1 + index + Math.abs(sources.vectors()),
      }),
    ),
    ...Array.from({ length: shape.layers }, (_, index) => layer(shape, index, sources)).flat(),
  ];
}

function layer(shape: TinyWeights, index: number, sources: Sources): TensorToWrite[] {
  const architecture = isArchitecture(shape.architecture) ? shape.architecture : 'llama';
  const traits: Architecture = architectures[architecture];
  const block: BlockShape = { ...shape, architecture, keyValueHeads: shape.kvHeads };
  const queries: LinearName[] = shape.fusedProjections
    ? ['attn_qkv']
    : ['attn_q', 'attn_k', 'attn_v'];
  const linear = [...queries, 'attn_output' as const, ...traits.feedForward];
  return [
    ...traits.norms.map((name) => norm(`blk.${index}.${name}`, normLength(name, block), sources)),
    ...linear.map((name) =>
      matrix(`blk.${index}.${name}`, shape, { ne: linearExtents(name, block), sources }),
    ),
    ...linear
      .filter((name) => shape.biases && traits.biases.includes(name))
      .map((name) =>
        tensor(`blk.${index}.${name}.bias`, 'F32', {
          ne: linearExtents(name, block).slice(1),
          next: () => sources.vectors() * 0.2,
        }),
      ),
  ];
}

/** Weights around 1, so that a norm without them would show. */
const norm = (name: string, length: number, { vectors }: Sources) =>
  tensor(`${name}.weight`, 'F32', { ne: [length], next: () => 1 + vectors() * 0.1 });

function matrix(
  name: string,
  { type }: TinyWeights,
  { ne, sources }: { ne: [number, number]; sources: Sources },
): TensorToWrite {
  const deviation = 1 / Math.sqrt(ne[0]);
  return tensor(`${name}.weight`, type, { ne, next: () => sources.matrices() * deviation });
}

function tensor(
  name: string,
  type: 'F32' | 'F16',
  { ne, next }: { ne: number[]; next: () => number },
): TensorToWrite {
  const count = ne.reduce((product, length) => product * length, 1);
  const values = type === 'F32' ? new Float32Array(count) : new Float16Array(count);
  for (let index = 0; index < count; index++) values[index] = next();
  return { name, ne, type: tensorTypeId(type), data: new Uint8Array(values.buffer) };
}

/** Normal numbers (Box-Muller), equal on every machine. */
function gaussian(seed: number): () => number {
  const uniform = seededUniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
