import { getNumber, getStrings } from '../../gguf/header/metadata.ts';
import type { GgufFile } from '../../gguf/header/gguf-file.ts';

/** Tokens that vocabularies hold for the end of a turn, in the order in which they are chosen. */
const endOfTurnTexts = [
  '<|eot_id|>',
  '<|im_end|>',
  '<end_of_turn>',
  '<|end|>',
  '<|end_of_turn|>',
  '<EOT>',
];

/**
 * The text behind every turn where a model has no chat template (LIMA, section 3: a token of its
 * own, so that EOS keeps its pretrained meaning): the file's `eot_token_id`, else the first of
 * `<|eot_id|>`, `<|im_end|>`, `<end_of_turn>`, `<|end|>`, `<|end_of_turn|>`, `<EOT>` that the
 * vocabulary reserves, even if the base never used it; else EOS. `endTexts` are the texts of all
 * tokens that end a generation: no other is taken, because answers would never stop.
 */
export function endOfTurnText(
  header: GgufFile,
  endTexts: readonly string[],
  eosText: string,
): string {
  const id = getNumber(header, 'tokenizer.ggml.eot_token_id') ?? -1;
  const named = getStrings(header, 'tokenizer.ggml.tokens')?.[id];
  const candidates = named === undefined ? endOfTurnTexts : [named, ...endOfTurnTexts];
  return candidates.find((text) => endTexts.includes(text)) ?? eosText;
}
