import { getNumber, getString } from './metadata.ts';
import type { GgufFile } from './gguf-file.ts';
import { tensorTypeName } from './tensor-types.ts';

const architectures = ['llama'];

const tensorTypes = new Set('F32 F16 BF16 Q8_0 Q4_0 Q4_1 Q2_K Q3_K Q4_K Q5_K Q6_K'.split(' '));

/** `rope_freqs.weight` scales rope frequencies in Llama 3; without `output.weight` the head is tied. */
const optionalTensors = ['output.weight', 'rope_freqs.weight'];

/** Tells whether the trainer can train this model: `yes`, or the first reason why not. */
export function trainability(file: GgufFile): string {
  return (
    wrongKindOfFile(file) ??
    unknownArchitecture(file) ??
    unsupportedRope(file) ??
    tensorMismatch(file) ??
    unsupportedType(file) ??
    'yes'
  );
}

function wrongKindOfFile(file: GgufFile): string | undefined {
  const kind = getString(file, 'general.type') ?? 'model';
  if (kind === 'adapter') return 'It is an adapter; choose the base model it was trained on.';
  if (kind !== 'model') return `It is a file of the kind "${kind}", not a model.`;
  if ((getNumber(file, 'split.count') ?? 1) > 1)
    return 'It is one part of a split model; merge the parts with llama-gguf-split.';
  if (file.tensors.length === 0) return 'It has a vocabulary only and no weights.';
  return undefined;
}

function unknownArchitecture(file: GgufFile): string | undefined {
  const found = getString(file, 'general.architecture') ?? 'unknown';
  if (architectures.includes(found)) return undefined;
  return `Its architecture is ${found}; supported: ${architectures.join(', ')}.`;
}

function unsupportedRope(file: GgufFile): string | undefined {
  const factor = getNumber(file, 'llama.rope.scaling.factor') ?? 1;
  const type = getString(file, 'llama.rope.scaling.type') ?? 'linear';
  if (type === 'none' || factor === 1) return undefined;
  return `Its rope scaling (${type}, factor ${factor}) is not supported.`;
}

/** An unknown tensor would be left out of the trainer's graph, so it is a reason as well. */
function tensorMismatch(file: GgufFile): string | undefined {
  const expected = expectedTensors(file);
  if (typeof expected === 'string') return expected;
  const found = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  for (const [name, ne] of expected) {
    const tensor = found.get(name);
    if (!tensor) return `The tensor ${name} is missing.`;
    if (tensor.ne.join() !== ne.join())
      return `The tensor ${name} has the shape ${tensor.ne.join(' x ')}, expected ${ne.join(' x ')}.`;
  }
  const extra = file.tensors.find(
    ({ name }) => !expected.has(name) && !optionalTensors.includes(name),
  );
  return extra && `It has the tensor ${extra.name}, which the trainer does not know.`;
}

/** Shapes in ggml order by name, or what is missing to know them. */
function expectedTensors(file: GgufFile): Map<string, number[]> | string {
  const read = (key: string) => getNumber(file, `llama.${key}`);
  const [layers, width, heads, inner] = [
    read('block_count'),
    read('embedding_length'),
    read('attention.head_count'),
    read('feed_forward_length'),
  ];
  if (!layers || !width || !heads || !inner)
    return 'Its metadata lacks the number of layers, heads, or the width of a layer.';
  const keyLength = read('attention.key_length') ?? width / heads;
  const kvHeads = read('attention.head_count_kv') ?? heads;
  const vocabulary = file.tensors.find(({ name }) => name === 'token_embd.weight')?.ne[1] ?? 0;
  const shapes = new Map<string, number[]>([
    ['token_embd.weight', [width, vocabulary]],
    ['output_norm.weight', [width]],
  ]);
  const attention = { query: keyLength * heads, keyValue: keyLength * kvHeads };
  for (let layer = 0; layer < layers; layer++)
    for (const [name, ne] of layerShapes(width, inner, attention))
      shapes.set(`blk.${layer}.${name}.weight`, ne);
  return shapes;
}

const layerShapes = (
  width: number,
  inner: number,
  { query, keyValue }: { query: number; keyValue: number },
): [name: string, ne: number[]][] => [
  ['attn_norm', [width]],
  ['attn_q', [width, query]],
  ['attn_k', [width, keyValue]],
  ['attn_v', [width, keyValue]],
  ['attn_output', [query, width]],
  ['ffn_norm', [width]],
  ['ffn_gate', [width, inner]],
  ['ffn_up', [width, inner]],
  ['ffn_down', [inner, width]],
];

function unsupportedType(file: GgufFile): string | undefined {
  const tensor = file.tensors.find(({ type }) => !tensorTypes.has(tensorTypeName(type)));
  if (!tensor) return undefined;
  const found = tensorTypeName(tensor.type);
  return `The tensor ${tensor.name} is ${found}; supported: ${[...tensorTypes].join(', ')}.`;
}
