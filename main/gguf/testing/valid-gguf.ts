import { padTo } from '../header/read-tensors.ts';
import { tensorSizeBytes, tensorTypeId } from '../header/tensor-types.ts';
import { tinyTokenizer, tinyTokens } from '../tiny/tiny-vocabulary.ts';
import { encodeValue } from '../write/encode-header.ts';
import {
  array,
  entry,
  f32,
  type RawEntry,
  type RawGguf,
  strings,
  text,
  u32,
  u64,
} from './raw-gguf.ts';

/** A tensor by name, type name and shape in ggml order. */
type Shape = [name: string, type: string, ...ne: number[]];

/** A file of these entries and tensors, each right behind the one before. */
export function rawGguf(
  entries: RawEntry[],
  shapes: Shape[],
  { version = 3, alignment = 32 }: { version?: number; alignment?: number } = {},
): RawGguf {
  let offset = 0;
  let dataBytes = 0;
  const tensors = shapes.map(([name, typeName, ...ne]) => {
    const type = tensorTypeId(typeName);
    const placed = { name: Buffer.from(name), ne: ne.map(BigInt), type, offset: BigInt(offset) };
    dataBytes = offset + Number(tensorSizeBytes(type, ne));
    offset = padTo(dataBytes, alignment);
    return placed;
  });
  const isDefault = alignment === 32;
  const all = isDefault ? entries : [...entries, entry('general.alignment', 4, u32(alignment))];
  return { magic: 'GGUF', version, entries: all, tensors, alignment, dataBytes };
}

const string = (key: string, value: string) => entry(key, 8, text(value));
const number = (key: string, value: number) => entry(key, 4, u32(value));
const real = (key: string, value: number) => entry(key, 6, f32(value));

/** Two F32 tensors of 64 bytes and a vocabulary of two tokens. */
export const minimalGguf = (): RawGguf =>
  rawGguf(
    [
      string('general.architecture', 'llama'),
      number('llama.block_count', 1),
      strings('tokenizer.ggml.tokens', ['a', '<0x0A>']),
      array('tokenizer.ggml.token_type', 5, u32(1), u32(6)),
      string('tokenizer.ggml.model', 'llama'),
    ],
    [
      ['token_embd.weight', 'F32', 8, 2],
      ['output_norm.weight', 'F32', 16],
    ],
  );

const hyperparameters = (architecture: string, width: number): RawEntry[] => [
  string('general.architecture', architecture),
  number('general.file_type', 0),
  number(`${architecture}.context_length`, 64),
  number(`${architecture}.embedding_length`, width),
  number(`${architecture}.block_count`, 1),
  number(`${architecture}.feed_forward_length`, 2 * width),
  number(`${architecture}.attention.head_count`, 2),
  number(`${architecture}.attention.head_count_kv`, 1),
  real(`${architecture}.attention.layer_norm_rms_epsilon`, 1e-5),
  number(`${architecture}.rope.dimension_count`, width / 2),
  real(`${architecture}.rope.freq_base`, 10_000),
];

const byteLevelTokenizer = (): RawEntry[] =>
  tinyTokenizer().map((value) => {
    const bytes = encodeValue(value);
    return { key: value.key, typeId: bytes.readUInt32LE(0), value: bytes.subarray(4) };
  });

/** A vocabulary of bytes and words with scores, as SentencePiece makes them. */
const sentencePieces = ['<unk>', '<s>', '</s>', ...byteTexts(), '▁', 'a', 'b', '▁a', 'ab'];

const sentencePieceTokenizer = (): RawEntry[] => [
  string('tokenizer.ggml.model', 'llama'),
  strings('tokenizer.ggml.tokens', sentencePieces),
  array('tokenizer.ggml.scores', 6, ...sentencePieces.map((_, index) => f32(-index))),
  array(
    'tokenizer.ggml.token_type',
    5,
    ...sentencePieces.map((_, index) => u32(typeOfPiece(index))),
  ),
  number('tokenizer.ggml.bos_token_id', 1),
  number('tokenizer.ggml.eos_token_id', 2),
  number('tokenizer.ggml.unknown_token_id', 0),
  // Some converters write -1 for a token that a model does not have.
  number('tokenizer.ggml.padding_token_id', 0xffffffff),
];

function byteTexts(): string[] {
  return Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
}

function typeOfPiece(index: number): number {
  if (index === 0) return 2;
  if (index < 3) return 3;
  return index < 259 ? 6 : 1;
}

/** The tensors of a model of one layer. */
const modelTensors = (width: number, tokens: number, type: string): Shape[] => [
  ['token_embd.weight', type, width, tokens],
  ['blk.0.attn_norm.weight', 'F32', width],
  ['blk.0.attn_q.weight', type, width, width],
  ['blk.0.attn_k.weight', type, width, width / 2],
  ['blk.0.attn_v.weight', type, width, width / 2],
  ['blk.0.attn_output.weight', type, width, width],
  ['blk.0.ffn_norm.weight', 'F32', width],
  ['blk.0.ffn_gate.weight', type, width, 2 * width],
  ['blk.0.ffn_up.weight', type, width, 2 * width],
  ['blk.0.ffn_down.weight', type, 2 * width, width],
  ['output_norm.weight', 'F32', width],
];

const tinyLlama = (type: string, width: number, options: { alignment?: number } = {}): RawGguf =>
  rawGguf(
    [...hyperparameters('llama', width), ...byteLevelTokenizer()],
    modelTensors(width, tinyTokens.length, type),
    options,
  );

/** One value of every metadata type, empty arrays, and tensors of three and four dimensions. */
const everyType = (): RawGguf =>
  rawGguf(
    [
      string('general.architecture', 'other'),
      entry('test.u8', 0, Buffer.from([255])),
      entry('test.i8', 1, Buffer.from([128])),
      entry('test.u16', 2, Buffer.from([1, 2])),
      entry('test.i16', 3, Buffer.from([1, 255])),
      number('test.u32', 0xffffffff),
      entry('test.i32', 5, u32(0xffffffff)),
      real('test.f32', -1.5),
      entry('test.bool', 7, Buffer.from([1])),
      string('test.text', ''),
      entry('test.u64', 10, u64(2n ** 64n - 1n)),
      entry('test.i64', 11, u64(2n ** 63n)),
      entry('test.f64', 12, Buffer.alloc(8, 1)),
      strings('general.tags', []),
      array('test.no_numbers', 4),
      array('test.flags', 7, Buffer.from([0]), Buffer.from([1])),
    ],
    [
      ['conv.weight', 'F16', 4, 3, 2],
      ['experts.weight', 'Q8_0', 32, 2, 2, 2],
      ['scalar', 'I32', 1],
    ],
    { version: 2 },
  );

const adapterOf = (shapes: Shape[]): RawGguf =>
  rawGguf(
    [
      string('general.type', 'adapter'),
      string('general.architecture', 'llama'),
      string('adapter.type', 'lora'),
      real('adapter.lora.alpha', 16),
    ],
    shapes,
  );

/** Hyperparameters per layer, experts in groups. */
const mixture = (): RawGguf =>
  rawGguf(
    [
      string('general.architecture', 'mixed'),
      number('mixed.block_count', 2),
      number('mixed.embedding_length', 64),
      array('mixed.attention.head_count', 4, u32(4), u32(0)),
      array('mixed.attention.head_count_kv', 5, u32(2), u32(0)),
      array('mixed.feed_forward_length', 5, u32(64), u32(128)),
      number('mixed.expert_count', 8),
      array('mixed.expert_used_count', 4, u32(2), u32(0)),
      number('mixed.expert_group_count', 4),
      number('mixed.expert_group_used_count', 2),
    ],
    [['token_embd.weight', 'F32', 64, 3]],
  );

/** Valid files of every kind by name; models of them load in llama.cpp. */
export const validGgufs: Readonly<Record<string, () => RawGguf>> = {
  minimal: minimalGguf,
  'byte-level F32': () => tinyLlama('F32', 32),
  'byte-level F16, aligned to 64': () => tinyLlama('F16', 32, { alignment: 64 }),
  'byte-level Q4_0': () => tinyLlama('Q4_0', 32),
  'byte-level Q4_K, aligned to 4096': () => tinyLlama('Q4_K', 256, { alignment: 4096 }),
  'byte-level Q8_0, aligned to 8': () => tinyLlama('Q8_0', 32, { alignment: 8 }),
  'sentence pieces BF16': () =>
    rawGguf(
      [...hyperparameters('llama', 32), ...sentencePieceTokenizer()],
      modelTensors(32, sentencePieces.length, 'BF16'),
    ),
  'no vocabulary': () =>
    rawGguf(
      [
        ...hyperparameters('llama', 32),
        number('llama.vocab_size', 7),
        string('tokenizer.ggml.model', 'no_vocab'),
      ],
      modelTensors(32, 7, 'F32'),
    ),
  'no tokenizer': () => rawGguf(hyperparameters('llama', 32), modelTensors(32, 7, 'F32')),
  'vocabulary alone': () =>
    rawGguf([string('general.architecture', 'llama'), ...byteLevelTokenizer()], []),
  'LoRA adapter': () =>
    adapterOf([
      ['blk.0.attn_q.weight.lora_a', 'F32', 32, 4],
      ['blk.0.attn_q.weight.lora_b', 'F32', 4, 32],
      ['blk.0.ffn_down.weight.lora_a', 'F16', 64, 2],
      ['blk.0.ffn_down.weight.lora_b', 'BF16', 2, 32],
      ['blk.0.attn_norm.weight', 'F32', 32],
    ]),
  'LoRA adapter of embeddings': () =>
    adapterOf([
      ['token_embd.weight.lora_a', 'F16', 4, tinyTokens.length],
      ['token_embd.weight.lora_b', 'F16', 4, 32],
    ]),
  'every type, version 2': everyType,
  'experts and values per layer': mixture,
};
