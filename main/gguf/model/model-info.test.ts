import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { modelInfoSchema } from '../../../shared/domain/model/model.ts';
import type { GgufValue } from '../header/gguf-value.ts';
import { modelInfo } from './model-info.ts';
import type { GgufFile } from '../header/gguf-file.ts';
import { readGguf } from '../read-gguf.ts';
import type { GgufTensor } from '../header/read-tensors.ts';
import { tensorTypeId } from '../header/tensor-types.ts';
import { writeTinyModel, type TinyModelOptions } from '../tiny/tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-info-'));
afterAll(() => rmSync(folder, { recursive: true }));

const small: TinyModelOptions = { embeddingLength: 32, layers: 2, feedForwardLength: 64 };

async function tiny(options: TinyModelOptions = {}): Promise<GgufFile> {
  const path = join(folder, 'tiny.gguf');
  await writeTinyModel(path, { ...small, ...options });
  return await readGguf(path);
}

function withMetadata(file: GgufFile, key: string, value: GgufValue): GgufFile {
  return { ...file, metadata: new Map([...file.metadata, [key, value]]) };
}

function withTensors(file: GgufFile, change: (tensor: GgufTensor) => GgufTensor[]): GgufFile {
  return { ...file, tensors: file.tensors.flatMap(change) };
}

const text = (value: string): GgufValue => ({ type: 'string', value });
const perLayer = (...value: number[]): GgufValue => ({
  type: 'array',
  elementType: 'u32',
  value,
});
const as = (name: string) => (tensor: GgufTensor) => ({ ...tensor, type: tensorTypeId(name) });

test('a tiny model is described by its tensors, and the trainer can train it', async () => {
  const info = modelInfo(await tiny({ name: 'Tiny', kvHeads: 2 }));
  const layer = 32 + 32 * 32 + 2 * 32 * 16 + 32 * 32 + 32 + 3 * 32 * 64;
  expect(modelInfoSchema.parse(info)).toEqual({
    name: 'Tiny',
    architecture: 'llama',
    parameters: 2 * 288 * 32 + 32 + 2 * layer,
    quantization: 'F32',
    tensorTypes: { F32: 3 + 2 * 9 },
    contextLength: 512,
    embeddingLength: 32,
    layers: 2,
    vocabularySize: 288,
    warnings: [],
    hasChatTemplate: true,
    fileSizeBytes: info.fileSizeBytes,
    trainable: 'yes',
  });
});

test('a tied head and F16 matrices are trainable and counted once', async () => {
  const info = modelInfo(await tiny({ tiedHead: true, type: 'F16' }));
  expect(info).toMatchObject({ quantization: 'F16', trainable: 'yes' });
  expect(info.tensorTypes).toEqual({ F16: 1 + 2 * 7, F32: 1 + 2 * 2 });
});

test('a mixed quantization has its published name even where another type has more weights', async () => {
  const mixed = withTensors(await tiny(), (tensor) => [
    as(tensor.name.includes('ffn_down') ? 'Q4_K' : 'Q8_0')(tensor),
  ]);
  const named = withMetadata(mixed, 'general.file_type', { type: 'u32', value: 15 });
  expect(modelInfo(named).quantization).toBe('Q4_K_M');
});

test('a file type that the tensors contradict is not believed', async () => {
  const file = withTensors(await tiny(), (tensor) => [as('Q4_1')(tensor)]);
  for (const value of [0, 15, 9999]) {
    const claimed = withMetadata(file, 'general.file_type', { type: 'u32', value });
    expect(modelInfo(claimed).quantization).toBe('Q4_1');
  }
});

test('a model of another architecture is named with what is supported', async () => {
  const { trainable } = modelInfo(await tiny({ architecture: 'mamba' }));
  expect(trainable).toMatch(/^Its architecture is mamba; supported: llama \(Llama 1 to 3, .*qwen2/);
});

test('every kind of file that the trainer would get wrong has a reason', async () => {
  const file = await tiny();
  const reasons: [file: GgufFile, reason: RegExp][] = [
    [withMetadata(file, 'general.type', text('adapter')), /is an adapter/],
    [withMetadata(file, 'general.type', text('mmproj')), /"mmproj", not a model/],
    [{ ...file, tensors: [] }, /vocabulary only/],
    [withMetadata(file, 'llama.rope.scaling.type', text('spiral')), /rope scaling is "spiral"/],
    [withMetadata(file, 'llama.rope.dimension_count', { type: 'u32', value: 4 }), /turns 4 of 8/],
    [withMetadata(file, 'llama.expert_count', { type: 'u32', value: 8 }), /mixture of 8 experts/],
    [withMetadata(file, 'llama.attention.head_count_kv', perLayer(4, 2)), /layers differ in/],
    [withMetadata(file, 'llama.attention.head_count', text('four')), /type string/],
    [withTensors(file, (tensor) => [as('Q8_K')(tensor)]), /token_embd.weight is Q8_K/],
    [
      withTensors(file, (tensor) => (tensor.name === 'blk.1.attn_v.weight' ? [] : [tensor])),
      /blk.1.attn_v.weight is missing/,
    ],
    [
      withTensors(file, (tensor) => [{ ...tensor, ne: tensor.ne.toReversed() }]),
      /token_embd.weight has the shape 288 x 32, its metadata promises 32 x/,
    ],
    [
      withTensors(file, (tensor) =>
        tensor.name === 'blk.0.attn_q.weight'
          ? [tensor, { ...tensor, name: 'blk.0.attn_q.scale' }]
          : [tensor],
      ),
      /blk.0.attn_q.scale, which the trainer does not know/,
    ],
  ];
  for (const [changed, reason] of reasons) expect(modelInfo(changed).trainable).toMatch(reason);
});

test('rope frequencies, biases and per-layer arrays of one value are no reason to refuse', async () => {
  const file = await tiny({ ropeFactors: ['rope_freqs'], biases: true });
  const uniform = withMetadata(file, 'llama.attention.head_count_kv', perLayer(4, 4));
  expect(modelInfo(uniform).trainable).toBe('yes');
});

test('heads that do not add up to the width are refused where llama.cpp would refuse them', async () => {
  const options = { headLength: 16, heads: 4, kvHeads: 4 };
  expect(modelInfo(await tiny(options)).trainable).toBe('yes');
  const qwen = modelInfo(await tiny({ ...options, architecture: 'qwen2' }));
  expect(qwen.trainable).toMatch(/4 heads of 16 do not add up to its width 32/);
});

// llama.cpp says it in a log that nobody sees, and goes on with another tokenizer.
test('a byte-pair vocabulary that names no pre-tokenizer is warned of, and no other', async () => {
  const file = await tiny();
  expect(modelInfo(file).warnings).toEqual([]);
  const without = (model: string) => {
    const named = withMetadata(file, 'tokenizer.ggml.model', text(model));
    named.metadata.delete('tokenizer.ggml.pre');
    return modelInfo(named).warnings;
  };
  expect(without('gpt2')).toEqual([expect.stringContaining('no "tokenizer.ggml.pre"')]);
  expect(without('llama')).toEqual([]);
  const empty = withMetadata(file, 'tokenizer.ggml.pre', text(''));
  expect(modelInfo(empty).warnings).toHaveLength(1);
});
