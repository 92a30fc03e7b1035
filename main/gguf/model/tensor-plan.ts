import type { GgufFile } from '../header/gguf-file.ts';
import type { GgufTensor } from '../header/read-tensors.ts';
import { tensorTypeName } from '../header/tensor-types.ts';
import {
  architectures,
  type Architecture,
  type LinearName,
  type NormName,
} from './architectures.ts';
import type { HyperParameters } from './hyper-parameters.ts';
import { trainableTypes, damaged, unsupported, Untrainable } from './trainable.ts';

/** The tensors of a linear layer; the bias is [out]. */
export interface LinearPlan {
  weight: GgufTensor;
  bias: GgufTensor | undefined;
}

/** The tensors of one block in the file, in the order in which a forward pass reads them. */
export interface BlockPlan {
  norms: ReadonlyMap<NormName, GgufTensor>;
  linear: ReadonlyMap<LinearName, LinearPlan>;
}

/** Every tensor of a model file, by its place in the model. */
export interface TensorPlan {
  embedding: GgufTensor;
  /** The LM head: its weight is the embedding itself when the file has no `output.weight`. */
  head: LinearPlan;
  outputNorm: GgufTensor;
  ropeFactors: RopeFactors<GgufTensor>;
  blocks: BlockPlan[];
}

/** Divisors of the frequencies of rope, [dimensions / 2], for short and for stretched contexts. */
export interface RopeFactors<T> {
  short: T | undefined;
  long: T | undefined;
}

/** What the extents of a block's tensors follow from. */
export type BlockShape = Pick<
  HyperParameters,
  | 'architecture'
  | 'embeddingLength'
  | 'heads'
  | 'keyValueHeads'
  | 'headLength'
  | 'feedForwardLength'
>;

/** [input, output] extents of a linear layer. */
export function linearExtents(name: LinearName, parameters: BlockShape): [number, number] {
  const { embeddingLength: width, heads, keyValueHeads, headLength } = parameters;
  const { feedForwardLength: inner, architecture } = parameters;
  const queries = heads * headLength;
  const keys = keyValueHeads * headLength;
  const isGated = architectures[architecture].feedForward.some((layer) => layer === 'ffn_gate');
  const extents: Record<LinearName, [number, number]> = {
    attn_q: [width, queries],
    attn_k: [width, keys],
    attn_v: [width, keys],
    attn_qkv: [width, queries + 2 * keys],
    attn_output: [queries, width],
    ffn_gate: [width, inner],
    ffn_up: [width, isGated ? inner : 2 * inner],
    ffn_down: [inner, width],
  };
  return extents[name];
}

/** Length of the weights of a norm. */
export function normLength(name: NormName, { embeddingLength, headLength }: BlockShape): number {
  return name === 'attn_q_norm' || name === 'attn_k_norm' ? headLength : embeddingLength;
}

/**
 * Finds every tensor of a model and checks shape and type. Throws Untrainable: a tensor that the
 * graph would not use is UNSUPPORTED_ARCHITECTURE, a type the trainer cannot multiply with is
 * UNSUPPORTED_QUANTIZATION, a missing or misshapen tensor is MODEL_UNREADABLE.
 */
export function planTensors(file: GgufFile, parameters: HyperParameters): TensorPlan {
  const remaining = new RemainingTensors(file);
  const traits: Architecture = architectures[parameters.architecture];
  const { embeddingLength: width, vocabularySize } = parameters;
  const embedding = remaining.take('token_embd.weight', width, vocabularySize);
  const plan: TensorPlan = {
    embedding,
    head: {
      weight: remaining.takeIfThere('output.weight', width, vocabularySize) ?? embedding,
      bias: traits.allowsHeadBias
        ? remaining.takeIfThere('output.bias', vocabularySize)
        : undefined,
    },
    outputNorm: remaining.take('output_norm.weight', width),
    ropeFactors: planRopeFactors(remaining, parameters),
    blocks: Array.from({ length: parameters.layers }, (_, index) =>
      planBlock(remaining, parameters, `blk.${index}`),
    ),
  };
  remaining.requireNone();
  return plan;
}

function planBlock(
  remaining: RemainingTensors,
  parameters: HyperParameters,
  block: string,
): BlockPlan {
  const traits: Architecture = architectures[parameters.architecture];
  const norms = traits.norms.map((name) => {
    const tensor = remaining.take(`${block}.${name}.weight`, normLength(name, parameters));
    return [name, tensor] as const;
  });
  const isFused = remaining.has(`${block}.attn_qkv.weight`);
  const queries: LinearName[] = isFused ? ['attn_qkv'] : ['attn_q', 'attn_k', 'attn_v'];
  const names: LinearName[] = [...queries, 'attn_output', ...traits.feedForward];
  const linear = names.map((name) => {
    const [inputs, outputs] = linearExtents(name, parameters);
    const weight = remaining.take(`${block}.${name}.weight`, inputs, outputs);
    const bias = traits.biases.includes(name)
      ? remaining.takeIfThere(`${block}.${name}.bias`, outputs)
      : undefined;
    return [name, { weight, bias }] as const;
  });
  return { norms: new Map(norms), linear: new Map(linear) };
}

function planRopeFactors(
  remaining: RemainingTensors,
  { architecture, rope }: HyperParameters,
): RopeFactors<GgufTensor> {
  if (!architectures[architecture].usesRopeFactors) return { short: undefined, long: undefined };
  const take = (name: string) => remaining.takeIfThere(`${name}.weight`, rope.dimensions / 2);
  const always = take('rope_freqs');
  const short = take('rope_factors_short');
  const long = take('rope_factors_long');
  return always ? { short: always, long: always } : { short, long };
}

/** The tensors of a file that no part of the model has taken yet. */
class RemainingTensors {
  readonly #byName: Map<string, GgufTensor>;

  constructor(file: GgufFile) {
    this.#byName = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  take(name: string, ...ne: number[]): GgufTensor {
    const tensor = this.takeIfThere(name, ...ne);
    if (tensor) return tensor;
    throw damaged(`The tensor ${name} is missing: the file is incomplete.`);
  }

  takeIfThere(name: string, ...ne: number[]): GgufTensor | undefined {
    const tensor = this.#byName.get(name);
    if (tensor) requireUsable(tensor, ne);
    this.#byName.delete(name);
    return tensor;
  }

  requireNone(): void {
    const [unused] = this.#byName.keys();
    if (unused === undefined) return;
    throw unsupported(`It has the tensor ${unused}, which the trainer does not know.`);
  }
}

function requireUsable({ name, ne, type }: GgufTensor, expected: number[]): void {
  const found = ne.filter((extent, axis) => axis < expected.length || extent !== 1);
  if (found.join() !== expected.join())
    throw damaged(
      `The tensor ${name} has the shape ${ne.join(' x ')}, its metadata promises ` +
        `${expected.join(' x ')}: the file is damaged.`,
    );
  if (trainableTypes.some((known) => known === tensorTypeName(type))) return;
  throw new Untrainable(
    'UNSUPPORTED_QUANTIZATION',
    `The tensor ${name} is ${tensorTypeName(type)}; supported: ${trainableTypes.join(', ')}.`,
  );
}
