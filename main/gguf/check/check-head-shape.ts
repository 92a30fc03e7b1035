import { invalidGguf } from '../header/gguf-error.ts';

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
