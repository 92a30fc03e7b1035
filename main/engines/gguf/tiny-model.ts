import type { GgufEntry, TensorToWrite } from './gguf-content.ts';
import { tensorTypeId } from './tensor-types.ts';
import { tinyTokenizer, tinyTokens } from './tiny-vocabulary.ts';
import { writeGguf } from './write-gguf.ts';

/** Shape and seed of a tiny model; `heads` divides `embeddingLength`, `kvHeads` divides `heads`. */
export interface TinyModelOptions {
  name?: string;
  architecture?: string;
  embeddingLength?: number;
  layers?: number;
  heads?: number;
  kvHeads?: number;
  feedForwardLength?: number;
  contextLength?: number;
  /** The LM head is the embedding matrix, as in small published models. */
  tiedHead?: boolean;
  seed?: number;
  /** Type of the matrices; norm weights are always F32. */
  type?: 'F32' | 'F16';
}

const defaults = {
  name: 'tiny',
  architecture: 'llama',
  embeddingLength: 128,
  layers: 4,
  heads: 4,
  feedForwardLength: 256,
  contextLength: 512,
  tiedHead: false,
  seed: 1,
  type: 'F32',
} as const;

type Shape = Required<TinyModelOptions>;

/**
 * Writes a random Llama model with a byte-level vocabulary and a ChatML template: small enough to
 * train in seconds on a CPU. Equal options give equal files. Returns size and SHA-256.
 */
export async function writeTinyModel(
  path: string,
  options: TinyModelOptions = {},
): Promise<{ sizeBytes: number; sha256: string }> {
  const shape: Shape = {
    ...defaults,
    kvHeads: options.kvHeads ?? options.heads ?? defaults.heads,
    ...options,
  };
  if (shape.embeddingLength % shape.heads !== 0 || shape.heads % shape.kvHeads !== 0)
    throw new RangeError(
      `${shape.heads} heads must divide the embedding length ${shape.embeddingLength} ` +
        `and be a multiple of the ${shape.kvHeads} key-value heads`,
    );
  return await writeGguf(path, { metadata: tinyMetadata(shape), tensors: tinyTensors(shape) });
}

function tinyMetadata(shape: Shape): GgufEntry[] {
  const own = (key: string) => `${shape.architecture}.${key}`;
  const u32 = (key: string, value: number): GgufEntry => ({ key: own(key), type: 'u32', value });
  const f32 = (key: string, value: number): GgufEntry => ({ key: own(key), type: 'f32', value });
  return [
    { key: 'general.architecture', type: 'string', value: shape.architecture },
    { key: 'general.name', type: 'string', value: shape.name },
    { key: 'general.file_type', type: 'u32', value: shape.type === 'F16' ? 1 : 0 },
    u32('context_length', shape.contextLength),
    u32('embedding_length', shape.embeddingLength),
    u32('block_count', shape.layers),
    u32('feed_forward_length', shape.feedForwardLength),
    u32('attention.head_count', shape.heads),
    u32('attention.head_count_kv', shape.kvHeads),
    f32('attention.layer_norm_rms_epsilon', 1e-5),
    u32('rope.dimension_count', shape.embeddingLength / shape.heads),
    f32('rope.freq_base', 10_000),
    u32('vocab_size', tinyTokens.length),
    ...tinyTokenizer(),
  ];
}

function tinyTensors(shape: Shape): TensorToWrite[] {
  const random = gaussian(shape.seed);
  const width = shape.embeddingLength;
  const kvWidth = (width / shape.heads) * shape.kvHeads;
  const norm = (name: string) => tensor(name, 'F32', [width], () => 1);
  const matrix = (name: string, rowLength: number, rows: number, deviation?: number) => {
    const scale = deviation ?? 1 / Math.sqrt(rowLength);
    return tensor(name, shape.type, [rowLength, rows], () => random() * scale);
  };
  const layer = (index: number) => [
    norm(`blk.${index}.attn_norm.weight`),
    matrix(`blk.${index}.attn_q.weight`, width, width),
    matrix(`blk.${index}.attn_k.weight`, width, kvWidth),
    matrix(`blk.${index}.attn_v.weight`, width, kvWidth),
    matrix(`blk.${index}.attn_output.weight`, width, width),
    norm(`blk.${index}.ffn_norm.weight`),
    matrix(`blk.${index}.ffn_gate.weight`, width, shape.feedForwardLength),
    matrix(`blk.${index}.ffn_up.weight`, width, shape.feedForwardLength),
    matrix(`blk.${index}.ffn_down.weight`, shape.feedForwardLength, width),
  ];
  // A tied head must keep logits small; otherwise strong embeddings make tokens tell apart.
  const embedding = matrix(
    'token_embd.weight',
    width,
    tinyTokens.length,
    shape.tiedHead ? undefined : 0.5,
  );
  return [
    embedding,
    norm('output_norm.weight'),
    ...(shape.tiedHead ? [] : [matrix('output.weight', width, tinyTokens.length)]),
    ...Array.from({ length: shape.layers }, (_, index) => layer(index)).flat(),
  ];
}

function tensor(
  name: string,
  type: 'F32' | 'F16',
  ne: number[],
  next: () => number,
): TensorToWrite {
  const count = ne.reduce((product, length) => product * length, 1);
  const values = type === 'F32' ? new Float32Array(count) : new Float16Array(count);
  for (let index = 0; index < count; index++) values[index] = next();
  return { name, ne, type: tensorTypeId(type), data: new Uint8Array(values.buffer) };
}

/** Normal numbers (Box-Muller) from a 32-bit generator (mulberry32), equal on every machine. */
function gaussian(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
