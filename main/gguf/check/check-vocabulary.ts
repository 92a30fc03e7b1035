import { checkMerges, checkTokens } from './check-tokens.ts';
import { invalidGguf } from '../header/gguf-error.ts';
import type { GgufArray, GgufValue, ScalarType } from '../header/gguf-value.ts';
import { type GgufFile, getString } from '../header/gguf-file.ts';
import { StringTable } from '../header/string-table.ts';

/** Arrays whose memory llama.cpp casts, with the element types that this is right for. */
const castArrays: [key: string, elementTypes: ScalarType[]][] = [
  ['tokenizer.ggml.tokens', ['string']],
  ['tokenizer.ggml.merges', ['string']],
  ['tokenizer.ggml.scores', ['f32', 'i32']],
  ['tokenizer.ggml.token_type', ['i32']],
  ['tokenizer.ggml.precompiled_charsmap', ['u8', 'i8']],
  ['tokenizer.ggml.suppress_tokens', ['i32']],
];

/** Arrays that llama.cpp indexes by token. */
const perToken = ['tokenizer.ggml.scores', 'tokenizer.ggml.token_type'];

/** Kinds of vocabulary made of merges; Kimi-K2 brings its own code instead. */
const mergingModels = ['gpt2', 'gemma4', 'hybriddna', 'whitespace'];

/** Some converters write -1 for a token that a model does not have. */
const noToken = 0xffffffff;

type Metadata = GgufFile['metadata'];

/**
 * Rejects a vocabulary on which llama.cpp aborts or reads beyond an array: wrong element types,
 * lengths that differ from the number of tokens or of embedding rows, equal tokens, broken byte
 * tokens, merges that are no pair, special tokens that there are not.
 */
export function checkVocabulary({
  metadata,
  tensors,
}: Pick<GgufFile, 'metadata' | 'tensors'>): void {
  for (const [key, elementTypes] of castArrays) {
    const entry = metadata.get(key);
    if (entry && !isArrayOf(entry, elementTypes))
      throw invalidGguf(`"${key}" is ${typeOf(entry)} instead of an array of ${elementTypes[0]}`);
  }
  const model = getString({ metadata }, 'tokenizer.ggml.model');
  const tokens = stringTable(metadata, 'tokenizer.ggml.tokens');
  requireComplete(metadata, model, tokens);
  if (!tokens) return;
  for (const key of perToken) requireEntries(metadata.get(key), key, tokens.length);
  requireRows(tensors, tokens.length);
  requireSpecialTokens(metadata, tokens.length);
  checkTokens(tokens, { model, types: metadata.get('tokenizer.ggml.token_type') });
  requireNumbers(metadata.get('tokenizer.ggml.scores'));
  const merges = stringTable(metadata, 'tokenizer.ggml.merges');
  if (merges) checkMerges(merges);
}

function requireComplete(
  metadata: Metadata,
  model: string | undefined,
  tokens?: StringTable,
): void {
  if (model === undefined && tokens)
    throw invalidGguf('it has "tokenizer.ggml.tokens" and no "tokenizer.ggml.model"');
  if (model === undefined || model === 'no_vocab' || model === 'none') return;
  if (!tokens)
    throw invalidGguf(`its tokenizer is "${model}", and "tokenizer.ggml.tokens" is missing`);
  if (tokens.length === 0) throw invalidGguf('"tokenizer.ggml.tokens" has no entries');
  const isOwnCode = getString({ metadata }, 'tokenizer.ggml.pre') === 'kimi-k2';
  if (mergingModels.includes(model) && !isOwnCode && !metadata.has('tokenizer.ggml.merges'))
    throw invalidGguf(`its tokenizer is "${model}", and "tokenizer.ggml.merges" is missing`);
  if (model === 't5') requireCharacterMap(metadata.get('tokenizer.ggml.precompiled_charsmap'));
}

/** The map starts with the size in bytes of its first part, which must lie inside. */
function requireCharacterMap(entry: GgufValue | undefined): void {
  if (entry?.type !== 'array' || (entry.elementType !== 'u8' && entry.elementType !== 'i8')) return;
  const byte = (index: number) => (entry.value[index] ?? 0) & 0xff;
  const size = byte(0) + byte(1) * 2 ** 8 + byte(2) * 2 ** 16 + byte(3) * 2 ** 24;
  if (entry.value.length < 4 || size + 4 >= entry.value.length)
    throw invalidGguf(
      `"tokenizer.ggml.precompiled_charsmap" has ${entry.value.length} bytes ` +
        `and claims ${size} for its first part`,
    );
}

function requireRows(tensors: GgufFile['tensors'], count: number): void {
  const rows = tensors.find((tensor) => tensor.name === 'token_embd.weight')?.ne[1];
  if (rows !== undefined && rows !== count)
    throw invalidGguf(`token_embd.weight has ${rows} rows for a vocabulary of ${count} tokens`);
}

function requireSpecialTokens(metadata: Metadata, count: number): void {
  for (const [key, entry] of metadata) {
    if (!/^tokenizer\.ggml\.[a-z_]+_token_id$/.test(key) || entry.type !== 'u32') continue;
    if (entry.value >= count && entry.value !== noToken)
      throw invalidGguf(`"${key}" is ${entry.value} in a vocabulary of ${count} tokens`);
  }
}

/** A score that is no number leaves the order of merges undefined. */
function requireNumbers(entry: GgufValue | undefined): void {
  if (entry?.type !== 'array' || entry.elementType !== 'f32') return;
  for (let index = 0; index < entry.value.length; index++)
    if (Number.isNaN(entry.value[index]))
      throw invalidGguf(`"tokenizer.ggml.scores" is not a number for the token ${index}`);
}

function stringTable(metadata: Metadata, key: string): StringTable | undefined {
  const entry = metadata.get(key);
  const isTable = entry?.type === 'array' && entry.elementType === 'string';
  return isTable && entry.value instanceof StringTable ? entry.value : undefined;
}

const isArrayOf = (entry: GgufValue, elementTypes: ScalarType[]): entry is GgufArray =>
  entry.type === 'array' && elementTypes.includes(entry.elementType);

const typeOf = (entry: GgufValue) =>
  entry.type === 'array' ? `an array of ${entry.elementType}` : `of type ${entry.type}`;

function requireEntries(entry: GgufValue | undefined, key: string, count: number): void {
  if (entry?.type === 'array' && entry.value.length !== count)
    throw invalidGguf(`"${key}" has ${entry.value.length} entries for ${count} tokens`);
}
