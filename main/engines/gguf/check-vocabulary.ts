import { invalidGguf } from './gguf-error.ts';
import type { GgufArray, GgufValue, ScalarType } from './gguf-value.ts';
import type { GgufFile } from './gguf-file.ts';

/** Arrays whose memory llama.cpp casts, with the element types that this is right for. */
const castArrays: [key: string, elementTypes: ScalarType[]][] = [
  ['tokenizer.ggml.tokens', ['string']],
  ['tokenizer.ggml.merges', ['string']],
  ['tokenizer.ggml.scores', ['f32', 'i32']],
  ['tokenizer.ggml.token_type', ['i32']],
  ['tokenizer.ggml.precompiled_charsmap', ['u8', 'i8']],
  ['tokenizer.ggml.suppress_tokens', ['i32']],
];

/** `LLAMA_TOKEN_TYPE_BYTE` of llama.h. */
const byteTokenType = 6;

/** Arrays that llama.cpp indexes by token. */
const perToken = ['tokenizer.ggml.scores', 'tokenizer.ggml.token_type'];

/**
 * Rejects a vocabulary that would make llama.cpp read beyond an array: wrong element types,
 * lengths that differ from the number of tokens or of embedding rows, broken byte tokens.
 */
export function checkVocabulary({
  metadata,
  tensors,
}: Pick<GgufFile, 'metadata' | 'tensors'>): void {
  for (const [key, elementTypes] of castArrays) {
    const entry = metadata.get(key);
    if (entry && !isArrayOf(entry, elementTypes))
      throw invalidGguf(`"${key}" is ${describe(entry)} instead of an array of ${elementTypes[0]}`);
  }
  const tokens = metadata.get('tokenizer.ggml.tokens');
  if (tokens?.type !== 'array' || tokens.elementType !== 'string') return;
  const count = tokens.value.length;
  for (const key of perToken) requireEntries(metadata.get(key), key, count);
  const rows = tensors.find((tensor) => tensor.name === 'token_embd.weight')?.ne[1];
  if (rows !== undefined && rows !== count)
    throw invalidGguf(`token_embd.weight has ${rows} rows for a vocabulary of ${count} tokens`);
  requireByteTokens(tokens.value, metadata.get('tokenizer.ggml.token_type'));
}

/** llama.cpp parses the text of byte tokens with no check of its own. */
function requireByteTokens(tokens: readonly string[], types: GgufValue | undefined): void {
  if (types?.type !== 'array') return;
  const index = tokens.findIndex(
    (token, id) => types.value[id] === byteTokenType && !/^<0x[0-9A-Fa-f]{2}>$/.test(token),
  );
  if (index >= 0)
    throw invalidGguf(
      `the byte token ${index}, ${JSON.stringify(tokens[index])}, is not of the form <0x00>`,
    );
}

const isArrayOf = (entry: GgufValue, elementTypes: ScalarType[]): entry is GgufArray =>
  entry.type === 'array' && elementTypes.includes(entry.elementType);

const describe = (entry: GgufValue) =>
  entry.type === 'array' ? `an array of ${entry.elementType}` : `of type ${entry.type}`;

function requireEntries(entry: GgufValue | undefined, key: string, count: number): void {
  if (entry?.type === 'array' && entry.value.length < count)
    throw invalidGguf(`"${key}" has ${entry.value.length} entries for ${count} tokens`);
}
