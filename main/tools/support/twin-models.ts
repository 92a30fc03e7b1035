import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TensorToWrite } from '../../gguf/write/gguf-content.ts';
import type { GgufFile } from '../../gguf/header/gguf-file.ts';
import type { ArchitectureName } from '../../gguf/model/architectures.ts';
import { readGguf } from '../../gguf/read-gguf.ts';
import { type TinyModelOptions, writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { writeGguf } from '../../gguf/write/write-gguf.ts';
import { pooledRows, rowLength, type RowPool } from './row-pool.ts';
import { elementType } from '../../trainer/device/tensor.ts';

const shape: TinyModelOptions = {
  embeddingLength: rowLength,
  feedForwardLength: rowLength,
  heads: 4,
  kvHeads: 2,
  layers: 2,
};

/** What models of an architecture usually have beside its tensors. */
const traits: Record<ArchitectureName, TinyModelOptions> = {
  llama: { ropeFactors: ['rope_freqs'] },
  qwen2: { biases: true },
  qwen3: { tiedHead: true },
  gemma3: {
    tiedHead: true,
    metadata: { 'attention.sliding_window': 64, 'attention.sliding_window_pattern': 2 },
  },
  phi3: { fusedProjections: true, ropeFactors: ['rope_factors_short', 'rope_factors_long'] },
};

/** A model file, read once to be written in many types. */
export interface ModelPattern {
  header: GgufFile;
  bytes: Buffer;
}

/** A tiny model of an architecture, with all that usually belongs to one. */
export async function makePattern(
  folder: string,
  architecture: ArchitectureName,
): Promise<ModelPattern> {
  const path = join(folder, `${architecture}.gguf`);
  await writeTinyModel(path, { ...shape, ...traits[architecture], architecture });
  return { header: await readGguf(path), bytes: await readFile(path) };
}

/** Writes the pattern with matrices made of pooled rows: `exact` as F32, else in their own type. */
export async function writeTwin(
  path: string,
  { header, bytes }: ModelPattern,
  { pool, exact }: { pool: RowPool; exact: boolean },
): Promise<void> {
  const source = exact ? asFloats(pool) : pool;
  const tensors = header.tensors.map(({ name, ne, type, offsetBytes, sizeBytes }, index) => {
    const [length = 1, rows = 1] = ne;
    if (rows > 1 && length === rowLength) return fromPool(name, source, { rows, first: index * 5 });
    const data = bytes.subarray(offsetBytes, offsetBytes + sizeBytes);
    return { name, ne, type, data: new Uint8Array(data) };
  });
  const metadata = [...header.metadata].map(([key, value]) => ({ key, ...value }));
  await writeGguf(path, { metadata, tensors });
}

const asFloats = ({ values }: RowPool): RowPool => ({
  type: elementType.f32,
  bytes: new Uint8Array(values.buffer),
  values,
});

function fromPool(
  name: string,
  { type, bytes }: RowPool,
  { rows, first }: { rows: number; first: number },
): TensorToWrite {
  const stride = bytes.length / pooledRows;
  const data = new Uint8Array(stride * rows);
  for (let row = 0; row < rows; row++) {
    const start = ((first + row) % pooledRows) * stride;
    data.set(bytes.subarray(start, start + stride), row * stride);
  }
  return { name, ne: [rowLength, rows], type, data };
}
