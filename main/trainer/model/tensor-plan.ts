import type { GgufFile } from '../../engines/gguf/gguf-file.ts';
import type { GgufTensor } from '../../engines/gguf/read-tensors.ts';
import { tensorTypeName } from '../../engines/gguf/tensor-types.ts';
import { EngineError } from '../../engines/serve-engine.ts';
import { unsupported, type HyperParameters } from './hyper-parameters.ts';

/** The seven linear layers of a block, by the part of the tensor name that tells them. */
export const linearNames = [
  'attn_q',
  'attn_k',
  'attn_v',
  'attn_output',
  'ffn_gate',
  'ffn_up',
  'ffn_down',
] as const;
export type LinearName = (typeof linearNames)[number];

/** Builds one value per linear layer of a block, in the order of `linearNames`. */
export const mapLinear = <T>(build: (name: LinearName) => T): Record<LinearName, T> => ({
  attn_q: build('attn_q'),
  attn_k: build('attn_k'),
  attn_v: build('attn_v'),
  attn_output: build('attn_output'),
  ffn_gate: build('ffn_gate'),
  ffn_up: build('ffn_up'),
  ffn_down: build('ffn_down'),
});

/** The tensors of one block in the file. */
export interface BlockPlan {
  attentionNorm: GgufTensor;
  feedForwardNorm: GgufTensor;
  linear: Record<LinearName, GgufTensor>;
}

/** Every tensor of a model file, by its place in the model. */
export interface TensorPlan {
  embedding: GgufTensor;
  /** The LM head: the embedding itself when the file has no `output.weight`. */
  head: GgufTensor;
  outputNorm: GgufTensor;
  ropeFactors: GgufTensor | undefined;
  blocks: BlockPlan[];
}

const blockTypes = ['Q8_0', 'Q5_0', 'Q5_1', 'Q4_0', 'Q4_1'];
const superblockTypes = ['Q2_K', 'Q3_K', 'Q4_K', 'Q5_K', 'Q6_K'];
const trainableTypes = new Set(['F32', 'F16', 'BF16', ...blockTypes, ...superblockTypes]);

/** [input, output] extents of a linear layer. */
export function linearExtents(name: LinearName, parameters: HyperParameters): [number, number] {
  const { embeddingLength: width, heads, keyValueHeads, headLength } = parameters;
  const { feedForwardLength } = parameters;
  const extents: Record<LinearName, [number, number]> = {
    attn_q: [width, heads * headLength],
    attn_k: [width, keyValueHeads * headLength],
    attn_v: [width, keyValueHeads * headLength],
    attn_output: [heads * headLength, width],
    ffn_gate: [width, feedForwardLength],
    ffn_up: [width, feedForwardLength],
    ffn_down: [feedForwardLength, width],
  };
  return extents[name];
}

/**
 * Finds every tensor of a Llama model and checks shape and type. A tensor that the graph would
 * not use (a bias, say) is UNSUPPORTED_ARCHITECTURE; a type the trainer cannot multiply with is
 * UNSUPPORTED_QUANTIZATION; a missing or misshapen tensor is MODEL_UNREADABLE.
 */
export function planTensors(file: GgufFile, parameters: HyperParameters): TensorPlan {
  const remaining = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  const { embeddingLength: width, vocabularySize, headLength } = parameters;
  const findOptional = (name: string, ...ne: number[]) => {
    const tensor = remaining.get(name);
    if (tensor) requireUsable(tensor, ne);
    remaining.delete(name);
    return tensor;
  };
  const find = (name: string, ...ne: number[]) => findOptional(name, ...ne) ?? missing(name);
  const embedding = find('token_embd.weight', width, vocabularySize);
  const plan: TensorPlan = {
    embedding,
    head: findOptional('output.weight', width, vocabularySize) ?? embedding,
    outputNorm: find('output_norm.weight', width),
    ropeFactors: findOptional('rope_freqs.weight', headLength / 2),
    blocks: Array.from({ length: parameters.layers }, (_, index) => ({
      attentionNorm: find(`blk.${index}.attn_norm.weight`, width),
      feedForwardNorm: find(`blk.${index}.ffn_norm.weight`, width),
      linear: mapLinear((name) =>
        find(`blk.${index}.${name}.weight`, ...linearExtents(name, parameters)),
      ),
    })),
  };
  const [unused] = remaining.keys();
  if (unused !== undefined) throw unsupported(`the tensor "${unused}"`);
  return plan;
}

function requireUsable({ name, ne, type }: GgufTensor, expected: number[]): void {
  const found = ne.filter((extent, axis) => axis < expected.length || extent !== 1);
  if (found.join() !== expected.join())
    throw new EngineError(
      'MODEL_UNREADABLE',
      `The tensor "${name}" has the extents ${ne.join(' x ')}, its metadata promises ` +
        `${expected.join(' x ')}: the file is damaged. Download it again.`,
    );
  if (!trainableTypes.has(tensorTypeName(type)))
    throw new EngineError(
      'UNSUPPORTED_QUANTIZATION',
      `The tensor "${name}" is quantized as ${tensorTypeName(type)}, which the trainer cannot ` +
        `train on. Choose a file in one of ${[...trainableTypes].join(', ')}.`,
    );
}

function missing(name: string): never {
  throw new EngineError(
    'MODEL_UNREADABLE',
    `The model file has no tensor "${name}": it is no complete Llama model. Download it again.`,
  );
}
