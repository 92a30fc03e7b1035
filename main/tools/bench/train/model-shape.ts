import type { TensorToWrite } from '../../../gguf/write/gguf-content.ts';
import { tensorSizeBytes, tensorTypeId } from '../../../gguf/header/tensor-types.ts';
import { writeGguf } from '../../../gguf/write/write-gguf.ts';
import { loadGgml } from '../../../trainer/ffi/library.ts';

/** Extents of a Llama model with a tied head, whose weights do not matter. */
export interface BenchmarkShape {
  name: string;
  embeddingLength: number;
  layers: number;
  heads: number;
  keyValueHeads: number;
  feedForwardLength: number;
  vocabularySize: number;
}

/** SmolLM2-135M's extents (config.json of HuggingFaceTB/SmolLM2-135M). */
export const shape135M: BenchmarkShape = {
  name: '135M',
  embeddingLength: 576,
  layers: 30,
  heads: 9,
  keyValueHeads: 3,
  feedForwardLength: 1536,
  vocabularySize: 49_152,
};

/** A few layers whose rows are whole superblocks, so that K-quants can be compared. */
export const shapeOfSuperblocks: BenchmarkShape = {
  name: '4 layers of 1024',
  embeddingLength: 1024,
  layers: 4,
  heads: 16,
  keyValueHeads: 4,
  feedForwardLength: 3072,
  vocabularySize: 8192,
};

/** Three layers of TinyLlama-1.1B (config.json of TinyLlama/TinyLlama_v1.1), the vocabulary cut. */
export const shapeOf1B: BenchmarkShape = {
  name: '3 layers of 2048, as in a 1.1B model',
  embeddingLength: 2048,
  layers: 3,
  heads: 32,
  keyValueHeads: 4,
  feedForwardLength: 5632,
  vocabularySize: 8192,
};

/** Extents [in, out] of the seven linear layers of a block, by tensor name. */
function linearShapes(shape: BenchmarkShape): [name: string, inputs: number, outputs: number][] {
  const { embeddingLength: width, feedForwardLength } = shape;
  const keyValueWidth = (width / shape.heads) * shape.keyValueHeads;
  return [
    ['attn_q', width, width],
    ['attn_k', width, keyValueWidth],
    ['attn_v', width, keyValueWidth],
    ['attn_output', width, width],
    ['ffn_gate', width, feedForwardLength],
    ['ffn_up', width, feedForwardLength],
    ['ffn_down', feedForwardLength, width],
  ];
}

/** Writes a model of this shape with matrices of one ggml type and no tokenizer. */
export async function writeShapeModel(
  path: string,
  shape: BenchmarkShape,
  typeName: string,
): Promise<void> {
  const { embeddingLength: width } = shape;
  const matrix = matrixWriter(typeName);
  const blocks = Array.from({ length: shape.layers }, (_, index) => [
    ones(`blk.${index}.attn_norm.weight`, width),
    ones(`blk.${index}.ffn_norm.weight`, width),
    ...linearShapes(shape).map(([name, inputs, outputs]) =>
      matrix(`blk.${index}.${name}.weight`, inputs, outputs),
    ),
  ]);
  const embedding = matrix('token_embd.weight', width, shape.vocabularySize);
  const tensors = [embedding, ones('output_norm.weight', width), ...blocks.flat()];
  await writeGguf(path, { metadata: metadataOf(shape), tensors });
}

const u32 = (key: string, value: number) => ({ key: `llama.${key}`, type: 'u32', value }) as const;

function metadataOf(shape: BenchmarkShape) {
  return [
    { key: 'general.architecture', type: 'string', value: 'llama' } as const,
    { key: 'general.name', type: 'string', value: shape.name } as const,
    u32('context_length', 2048),
    u32('embedding_length', shape.embeddingLength),
    u32('block_count', shape.layers),
    u32('feed_forward_length', shape.feedForwardLength),
    u32('attention.head_count', shape.heads),
    u32('attention.head_count_kv', shape.keyValueHeads),
    { key: 'llama.attention.layer_norm_rms_epsilon', type: 'f32', value: 1e-5 } as const,
  ];
}

function ones(name: string, length: number): TensorToWrite {
  const data = new Uint8Array(new Float32Array(length).fill(1).buffer);
  return { name, ne: [length], type: tensorTypeId('F32'), data };
}

/** Makes matrices of pseudo-random weights ±1/√in; the same row of noise is used many times. */
function matrixWriter(typeName: string) {
  const type = tensorTypeId(typeName);
  const ggml = loadGgml();
  return (name: string, inputs: number, outputs: number): TensorToWrite => {
    const ne = [inputs, outputs];
    const data = new Uint8Array(Number(tensorSizeBytes(type, ne)));
    const values = new Float32Array(inputs * outputs);
    let state = 1;
    for (let index = 0; index < values.length; index++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      values[index] = (state / 2 ** 31 - 1) / Math.sqrt(inputs);
    }
    if (typeName === 'F32') data.set(new Uint8Array(values.buffer));
    else ggml.ggml_quantize_chunk(type, values, data, 0, outputs, inputs, null);
    return { name, ne, type, data };
  };
}

/** What one training step computes. */
export interface StepSize {
  tokens: number;
  /** Positions whose loss is computed: only they reach the LM head. */
  trainedTokens: number;
}

/**
 * Useful floating-point operations of a LoRA step: 4 per frozen weight and token (2 forward, 2 for
 * the gradient of the input; never the 6 of full training), causal attention over half of all
 * pairs, and the head on trained positions. Adapter, norms, softmax and recomputation count zero.
 */
export function stepFlops(shape: BenchmarkShape, { tokens, trainedTokens }: StepSize): number {
  const perBlock = linearShapes(shape).reduce(
    (sum, [, inputs, outputs]) => sum + inputs * outputs,
    0,
  );
  const linear = 4 * perBlock * shape.layers * tokens;
  // Scores and mixing are a product each forwards, and two each backwards.
  const pairs = (tokens * (tokens + 1)) / 2;
  const attention = 3 * 2 * 2 * pairs * shape.embeddingLength * shape.layers;
  const head = 4 * shape.embeddingLength * shape.vocabularySize * trainedTokens;
  return linear + attention + head;
}
