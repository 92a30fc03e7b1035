import { invalidGguf } from '../header/gguf-error.ts';
import { type GgufFile, getNumber } from '../header/gguf-file.ts';

/** Architectures with plain attention, whose rules on its shape are known. */
export const trainedArchitectures: readonly string[] = [
  'llama',
  'qwen2',
  'qwen3',
  'gemma3',
  'phi3',
];

/**
 * Rejects attention heads that ggml's rotary embedding asserts on: there must be some, and an
 * even number of their dimensions turns. `read` gives a hyperparameter below the architecture.
 */
export function checkHeadShape(read: (key: string) => number | undefined): void {
  for (const key of ['attention.head_count', 'attention.head_count_kv', 'feed_forward_length'])
    if (read(key) === 0) throw invalidGguf(`"${key}" is 0`);
  const [heads, width] = [read('attention.head_count'), read('embedding_length')];
  const keyLength =
    read('attention.key_length') ?? (heads && width ? Math.floor(width / heads) : undefined);
  const rotated = read('rope.dimension_count') ?? keyLength;
  if (rotated === undefined || keyLength === undefined) return;
  if (rotated % 2 !== 0 || rotated > keyLength)
    throw invalidGguf(
      `"rope.dimension_count" is ${rotated} of ${keyLength} dimensions of a head, ` +
        'allowed are even numbers up to that',
    );
}

/** Weights whose rows are as long as the residual stream, by the last part of their name. */
const readsStream =
  /(^|\.)(token_embd|output|attn_q|attn_k|attn_v|attn_qkv|ffn_gate|ffn_up)\.weight$/;

/**
 * Rejects a model with plain attention whose rows are not as long as its hyperparameters say:
 * llama.cpp refuses it, but the plan for its memory, made from the hyperparameters alone, aborts
 * on rows that are no multiple of a block.
 */
export function requireRowLengths(file: GgufFile, architecture: string): void {
  const read = (key: string) => {
    const entry = file.metadata.get(`${architecture}.${key}`);
    return entry?.type === 'array' ? undefined : getNumber(file, `${architecture}.${key}`);
  };
  const [width, heads] = [read('embedding_length'), read('attention.head_count')];
  const even = width && heads ? Math.floor(width / heads) : undefined;
  const keyLength = read('attention.key_length') ?? even;
  // Which of two lengths the output takes differs between architectures.
  const isPlain = keyLength === (read('attention.value_length') ?? even);
  const ofHeads = isPlain && heads && keyLength ? heads * keyLength : undefined;
  for (const { name, ne } of file.tensors) {
    requireLength(name, ne[0], readsStream.test(name) ? width : undefined);
    requireLength(
      name,
      ne[0],
      name.endsWith('.ffn_down.weight') ? read('feed_forward_length') : undefined,
    );
    requireLength(name, ne[0], name.endsWith('.attn_output.weight') ? ofHeads : undefined);
  }
}

function requireLength(
  name: string,
  found: number | undefined,
  expected: number | undefined,
): void {
  if (expected !== undefined && found !== expected)
    throw invalidGguf(
      `the tensor "${name}" has rows of ${found}, and the hyperparameters make it ${expected}`,
    );
}
