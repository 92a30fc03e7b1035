import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { getNumber, getStrings } from '../header/gguf-file.ts';
import { readGguf } from '../read-gguf.ts';
import { writeTinyModel, type TinyModelOptions } from './tiny-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-tiny-'));
afterAll(() => rmSync(folder, { recursive: true }));

const path = join(folder, 'tiny.gguf');
const small: TinyModelOptions = { embeddingLength: 64, layers: 1, feedForwardLength: 64 };

async function embeddings(options: TinyModelOptions): Promise<Float32Array> {
  await writeTinyModel(path, { ...small, ...options });
  const [tensor] = (await readGguf(path)).tensors;
  const { offsetBytes = 0, sizeBytes = 0 } = tensor ?? {};
  const bytes = readFileSync(path).subarray(offsetBytes, offsetBytes + sizeBytes);
  return new Float32Array(new Uint8Array(bytes).buffer);
}

test('equal options give equal files, another seed other weights', async () => {
  const hashes = [];
  for (const seed of [1, 1, 2])
    hashes.push((await writeTinyModel(path, { ...small, seed })).sha256);
  expect(hashes[0]).toBe(hashes[1]);
  expect(hashes[2]).not.toBe(hashes[0]);
});

test('weights are finite normal numbers with the deviation of their kind', async () => {
  for (const [tiedHead, deviation] of [
    [false, 0.5],
    [true, 1 / 8],
  ] as const) {
    const values = await embeddings({ tiedHead });
    expect(values.every(Number.isFinite)).toBe(true);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean) / deviation).toBeLessThan(0.03);
    expect(Math.sqrt(variance) / deviation).toBeCloseTo(1, 1);
  }
});

test('every merge is of tokens and makes a token, every byte is a token of its own', async () => {
  await writeTinyModel(path, small);
  const file = await readGguf(path);
  const tokens = new Set(getStrings(file, 'tokenizer.ggml.tokens'));
  expect(tokens.size).toBe(getNumber(file, 'llama.vocab_size'));
  expect([...tokens].filter((token) => token.length === 1)).toHaveLength(256);
  const merges = getStrings(file, 'tokenizer.ggml.merges') ?? [];
  expect(merges.length).toBeGreaterThan(0);
  const pieces = merges.flatMap((merge) => [...merge.split(' '), merge.replace(' ', '')]);
  expect(pieces.filter((piece) => !tokens.has(piece))).toEqual([]);
});

test('heads that do not divide the embedding length or share keys evenly are refused', async () => {
  await expect(writeTinyModel(path, { ...small, heads: 5 })).rejects.toThrow(/5 heads must divide/);
  await expect(writeTinyModel(path, { ...small, heads: 4, kvHeads: 3 })).rejects.toThrow(/3 key/);
});
