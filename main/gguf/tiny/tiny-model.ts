import type { GgufEntry } from '../write/gguf-content.ts';
import { tinyTensors, type TinyWeights } from './tiny-tensors.ts';
import { tinyTokenizer, tinyTokens } from './tiny-vocabulary.ts';
import { writeGguf } from '../write/write-gguf.ts';

/** Shape and seed of a tiny model; `kvHeads` divides `heads`. */
export interface TinyModelOptions extends Partial<TinyWeights> {
  name?: string;
  contextLength?: number;
  /** Metadata beside that of the shape; keys below the architecture, as in `rope.freq_base`. */
  metadata?: Record<string, string | number>;
  /** Entries by their whole key, in the place of those that are written otherwise. */
  entries?: readonly GgufEntry[];
  /** Whole keys that the file lacks. */
  leftOut?: readonly string[];
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
  fusedProjections: false,
  biases: false,
  ropeFactors: [],
  metadata: {},
  entries: [],
  leftOut: [],
  seed: 1,
  type: 'F32',
} as const;

type TinyModelShape = Required<TinyModelOptions>;

/**
 * Writes a random model of any architecture the trainer knows (of any other name: with the
 * tensors of llama) with a byte-level vocabulary and a ChatML template: small enough to train in
 * seconds on a CPU. Equal options give equal files. Returns size and SHA-256.
 */
export async function writeTinyModel(
  path: string,
  options: TinyModelOptions = {},
): Promise<{ sizeBytes: number; sha256: string }> {
  const shape = fillIn(options);
  if (!Number.isInteger(shape.headLength) || shape.heads % shape.kvHeads !== 0)
    throw new RangeError(
      `${shape.heads} heads must divide the embedding length ${shape.embeddingLength} ` +
        `and be a multiple of the ${shape.kvHeads} key-value heads`,
    );
  return await writeGguf(path, { metadata: tinyMetadata(shape), tensors: tinyTensors(shape) });
}

function fillIn(options: TinyModelOptions): TinyModelShape {
  const given = { ...defaults, ...options };
  const headLength = given.headLength ?? given.embeddingLength / given.heads;
  return { kvHeads: given.heads, ropeDimensions: headLength, ...given, headLength };
}

function tinyMetadata(shape: TinyModelShape): GgufEntry[] {
  const own = (key: string) => `${shape.architecture}.${key}`;
  const u32 = (key: string, value: number): GgufEntry => ({ key: own(key), type: 'u32', value });
  const f32 = (key: string, value: number): GgufEntry => ({ key: own(key), type: 'f32', value });
  const more = Object.entries(shape.metadata).map(([key, value]): GgufEntry => {
    if (typeof value === 'string') return { key: own(key), type: 'string', value };
    return /length|window|pattern|count/.test(key) ? u32(key, value) : f32(key, value);
  });
  const entries = [
    { key: 'general.architecture', type: 'string', value: shape.architecture },
    { key: 'general.name', type: 'string', value: shape.name },
    { key: 'general.file_type', type: 'u32', value: shape.type === 'F16' ? 1 : 0 },
    u32('context_length', shape.contextLength),
    u32('embedding_length', shape.embeddingLength),
    u32('block_count', shape.layers),
    u32('feed_forward_length', shape.feedForwardLength),
    u32('attention.head_count', shape.heads),
    u32('attention.head_count_kv', shape.kvHeads),
    u32('attention.key_length', shape.headLength),
    u32('attention.value_length', shape.headLength),
    f32('attention.layer_norm_rms_epsilon', 1e-5),
    u32('rope.dimension_count', shape.ropeDimensions),
    f32('rope.freq_base', 10_000),
    u32('vocab_size', tinyTokens.length),
    ...tinyTokenizer(),
    ...more,
    ...shape.entries,
  ] satisfies GgufEntry[];
  const left = new Map(entries.map((entry) => [entry.key, entry]));
  for (const key of shape.leftOut) left.delete(key);
  return [...left.values()];
}
