import { byteCharacters } from '../header/byte-characters.ts';
import type { GgufEntry } from '../write/gguf-content.ts';

/** Frequent English pieces, each made of pieces before it; Ġ stands for a space. */
const merges = [
  ['Ġ', 't'],
  ['Ġ', 'a'],
  ['h', 'e'],
  ['i', 'n'],
  ['r', 'e'],
  ['o', 'n'],
  ['Ġt', 'he'],
  ['e', 'r'],
  ['Ġ', 's'],
  ['a', 't'],
  ['Ġ', 'w'],
  ['Ġ', 'o'],
  ['e', 'n'],
  ['Ġ', 'c'],
  ['i', 't'],
  ['i', 's'],
  ['a', 'n'],
  ['o', 'r'],
  ['e', 's'],
  ['Ġ', 'b'],
  ['e', 'd'],
  ['Ġ', 'f'],
  ['in', 'g'],
  ['Ġ', 'p'],
  ['o', 'u'],
  ['Ġa', 'n'],
  ['a', 'l'],
  ['a', 'r'],
  ['Ġt', 'o'],
] as const;

const specialTokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>'] as const;
const normalType = 1;
const controlType = 3;

const chatTemplate =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + " +
  "message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

/** The tokens of a tiny model: 256 bytes, 29 merged pieces, 3 control tokens. */
export const tinyTokens: readonly string[] = [
  ...byteCharacters(),
  ...merges.map((pair) => pair.join('')),
  ...specialTokens,
];

/** Tokenizer metadata of a tiny model: byte-level BPE with a ChatML template. */
export function tinyTokenizer(): GgufEntry[] {
  const id = (token: (typeof specialTokens)[number]) => tinyTokens.indexOf(token);
  const types = tinyTokens.map((_, index) =>
    index < tinyTokens.length - specialTokens.length ? normalType : controlType,
  );
  const prefix = 'tokenizer.ggml';
  return [
    { key: `${prefix}.model`, type: 'string', value: 'gpt2' },
    { key: `${prefix}.pre`, type: 'string', value: 'gpt-2' },
    { key: `${prefix}.tokens`, type: 'array', elementType: 'string', value: tinyTokens },
    { key: `${prefix}.token_type`, type: 'array', elementType: 'i32', value: types },
    {
      key: `${prefix}.merges`,
      type: 'array',
      elementType: 'string',
      value: merges.map((pair) => pair.join(' ')),
    },
    { key: `${prefix}.bos_token_id`, type: 'u32', value: id('<|endoftext|>') },
    { key: `${prefix}.eos_token_id`, type: 'u32', value: id('<|im_end|>') },
    { key: `${prefix}.padding_token_id`, type: 'u32', value: id('<|endoftext|>') },
    { key: `${prefix}.add_bos_token`, type: 'bool', value: false },
    { key: 'tokenizer.chat_template', type: 'string', value: chatTemplate },
  ];
}
