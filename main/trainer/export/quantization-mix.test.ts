import { expect, test } from 'vitest';
import type { ExportType } from '../../../shared/domain/export.ts';
import type { GgufTensor } from '../../gguf/header/read-tensors.ts';
import { tensorTypeName } from '../../gguf/header/tensor-types.ts';
import { typesOf } from './quantization-mix.ts';

const layers = 16;
const kinds = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'];

const tensor = (name: string, ...ne: number[]): GgufTensor => ({
  name,
  ne,
  type: 0,
  offsetBytes: 0,
  sizeBytes: 0,
  part: 0,
});
const matrices = (kindsOfLayer: readonly string[]) =>
  Array.from({ length: layers }, (_, layer) =>
    kindsOfLayer.map((kind) => tensor(`blk.${layer}.${kind}.weight`, 512, 256)),
  ).flat();
const named = (tensors: GgufTensor[], type: ExportType) => {
  const types = typesOf(tensors, type);
  return (name: string) => tensorTypeName(types.get(name) ?? -1);
};

test('values and projections down get more bits in the layers that llama-quantize gives them to', () => {
  const typeOf = named([...matrices(kinds), tensor('output.weight', 512, 900)], 'Q4_K_M');
  const withMore = (kind: string) =>
    Array.from({ length: layers }, (_, layer) => layer).filter(
      (layer) => typeOf(`blk.${layer}.${kind}.weight`) === 'Q6_K',
    );
  // use_more_bits(i, 16): i < 2, i >= 14, (i - 2) % 3 == 2.
  expect(withMore('attn_v')).toEqual([0, 1, 4, 7, 10, 13, 14, 15]);
  expect(withMore('ffn_down')).toEqual(withMore('attn_v'));
  expect(withMore('attn_q')).toEqual([]);
  expect(typeOf('blk.3.attn_q.weight')).toBe('Q4_K');
  expect(typeOf('blk.3.ffn_down.weight')).toBe('Q4_K');
});

test('the output has six bits, and the embedding too where it is the output', () => {
  const embedding = tensor('token_embd.weight', 512, 900);
  const apart = named([embedding, tensor('output.weight', 512, 900)], 'Q5_K_M');
  expect([apart('output.weight'), apart('token_embd.weight')]).toEqual(['Q6_K', 'Q5_K']);
  expect(named([embedding], 'Q5_K_M')('token_embd.weight')).toBe('Q6_K');
});

test('the fused projection of phi3 has a type of its own', () => {
  const fused = matrices(['attn_qkv']);
  expect(named(fused, 'Q4_K_M')('blk.0.attn_qkv.weight')).toBe('Q5_K');
  expect(named(fused, 'Q5_K_M')('blk.0.attn_qkv.weight')).toBe('Q6_K');
});

test('rows that fill no whole blocks get the next type that they fill, vectors stay F32', () => {
  const odd = [
    tensor('blk.0.attn_q.weight', 576, 64),
    tensor('blk.0.attn_v.weight', 576, 64),
    tensor('blk.0.attn_k.weight', 100, 64),
    tensor('blk.0.attn_norm.weight', 576),
  ];
  const typeOf = named(odd, 'Q4_K_M');
  expect(odd.map(({ name }) => typeOf(name))).toEqual(['Q5_0', 'Q8_0', 'F16', 'F32']);
  expect(named(odd, 'Q8_0')('blk.0.attn_k.weight')).toBe('F16');
  expect(named(odd, 'BF16')('blk.0.attn_k.weight')).toBe('BF16');
});
