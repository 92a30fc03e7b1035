import { isUtf8 } from 'node:buffer';
import { findDuplicate, isEmptyText } from './find-duplicate.ts';
import { invalidGguf } from '../header/gguf-error.ts';
import type { GgufValue } from '../header/gguf-value.ts';
import type { StringTable } from '../header/string-table.ts';

/** `LLAMA_TOKEN_TYPE_BYTE` of llama.h. */
const byteTokenType = 6;

/** Bytes from here on begin no UTF-8, or code points that Unicode does not have. */
const lastLeadByte = 0xf4;

const space = 0x20;
const openingBracket = 0x5b;

const longestQuote = 80;

/** Kinds of vocabulary whose tokens llama.cpp decodes to code points. */
const decodedModels = ['gpt2', 'gemma4', 'hybriddna', 'whitespace'];

/**
 * Rejects tokens that llama.cpp asserts or throws on while it loads or prints them: two with one
 * text, byte tokens that name no byte, code points beyond Unicode.
 */
export function checkTokens(
  tokens: StringTable,
  { model, types }: { model: string | undefined; types: GgufValue | undefined },
): void {
  const duplicate = findDuplicate(tokens);
  if (duplicate)
    throw invalidGguf(
      `the tokens ${duplicate.first} and ${duplicate.second} are both ` +
        quoted(tokens, duplicate.first),
    );
  requireDistinctNames(tokens);
  if (types?.type === 'array' && types.elementType === 'i32')
    requireByteTokens(tokens, types.value, model);
  if (decodedModels.includes(model ?? '')) requireCodePoints(tokens);
}

/** Rejects a merge that is no pair of tokens. */
export function checkMerges(merges: StringTable): void {
  const { bytes, starts } = merges;
  for (let index = 0; index < merges.length; index++) {
    const end = (starts[index + 1] ?? 0) - 8;
    let at = (starts[index] ?? 0) + 1;
    while (at < end && bytes[at] !== space) at++;
    if (at >= end - 1)
      throw invalidGguf(
        `the merge ${index}, ${quoted(merges, index)}, is no pair of tokens with a space between`,
      );
  }
}

/** llama.cpp calls the empty token 7 "[EMPTY_7]", which must be no other token's text. */
function requireDistinctNames(tokens: StringTable): void {
  const names = new Set<string>();
  for (let index = 0; index < tokens.length; index++)
    if (isEmptyText(tokens, index)) names.add(`[EMPTY_${index}]`);
  if (names.size === 0) return;
  for (let index = 0; index < tokens.length; index++) {
    const isNamed = tokens.bytes[tokens.startOf(index)] === openingBracket;
    if (isNamed && names.has(tokens.at(index)))
      throw invalidGguf(
        `the token ${index}, ${quoted(tokens, index)}, is the name of an empty one`,
      );
  }
}

/** llama.cpp parses the text of byte tokens with no check of its own; BERT's cannot have any. */
function requireByteTokens(
  tokens: StringTable,
  types: ArrayLike<number>,
  model: string | undefined,
): void {
  for (let index = 0; index < tokens.length; index++) {
    if (types[index] !== byteTokenType) continue;
    if (model === 'bert')
      throw invalidGguf(`the token ${index} is a byte token, which a BERT vocabulary has not`);
    if (!/^<0x[0-9A-Fa-f]{2}>$/.test(tokens.at(index)))
      throw invalidGguf(
        `the byte token ${index}, ${quoted(tokens, index)}, is not of the form <0x00>`,
      );
  }
}

function requireCodePoints(tokens: StringTable): void {
  const { bytes, starts } = tokens;
  for (let index = 0; index < tokens.length; index++) {
    const end = (starts[index + 1] ?? 0) - 8;
    let at = starts[index] ?? 0;
    while (at < end && (bytes[at] ?? 0) < lastLeadByte) at++;
    if (at < end && !isUtf8(bytes.subarray(tokens.startOf(index), end)))
      throw invalidGguf(`the token ${index}, ${quoted(tokens, index)}, is no UTF-8`);
  }
}

const quoted = (table: StringTable, index: number) =>
  JSON.stringify(table.at(index).slice(0, longestQuote));
