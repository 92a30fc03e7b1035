import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GgufEntry, TensorToWrite } from './gguf-content.ts';
import { readGguf } from '../read-gguf.ts';
import { tensorTypeId } from '../header/tensor-types.ts';
import { StringTable } from '../header/string-table.ts';
import { writeGguf } from './write-gguf.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'lima-gguf-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const everyType: GgufEntry[] = [
  { key: 'u8', type: 'u8', value: 255 },
  { key: 'i8', type: 'i8', value: -128 },
  { key: 'u16', type: 'u16', value: 65_535 },
  { key: 'i16', type: 'i16', value: -32_768 },
  { key: 'u32', type: 'u32', value: 4_294_967_295 },
  { key: 'i32', type: 'i32', value: -2_147_483_648 },
  { key: 'u64', type: 'u64', value: 2n ** 64n - 1n },
  { key: 'i64', type: 'i64', value: -(2n ** 63n) },
  { key: 'f32', type: 'f32', value: 0.5 },
  { key: 'f64', type: 'f64', value: 0.1 },
  { key: 'bool', type: 'bool', value: true },
  { key: 'string', type: 'string', value: 'Ġé日本\n' },
  { key: 'strings', type: 'array', elementType: 'string', value: ['', 'a', '😀'] },
  { key: 'bools', type: 'array', elementType: 'bool', value: [true, false] },
  { key: 'floats', type: 'array', elementType: 'f32', value: Float32Array.of(1.5, -2) },
  { key: 'bigints', type: 'array', elementType: 'i64', value: BigInt64Array.of(-1n, 7n) },
  { key: 'none', type: 'array', elementType: 'u16', value: new Uint16Array(0) },
];

const floats = (name: string, ...values: number[]): TensorToWrite => ({
  name,
  ne: [values.length],
  type: tensorTypeId('F32'),
  data: new Uint8Array(Float32Array.from(values).buffer),
});

test('every metadata type comes back with its type and its extreme values', async () => {
  const path = join(folder, 'metadata.gguf');
  await writeGguf(path, { metadata: everyType, tensors: [] });
  const { metadata } = await readGguf(path);
  const read = [...metadata].map(([key, value]) => ({
    key,
    ...value,
    ...(value.value instanceof StringTable && { value: value.value.strings() }),
  }));
  expect(read).toEqual(everyType);
});

test('tensor bytes lie where the header says, whatever the alignment', async () => {
  for (const alignment of [8, 32, 4096]) {
    const path = join(folder, `${alignment}.gguf`);
    const tensors = [floats('first', 1, 2, 3), floats('second', 4), floats('third', 5, 6)];
    const metadata: GgufEntry[] = [{ key: 'general.alignment', type: 'u32', value: alignment }];
    await writeGguf(path, { metadata, tensors });
    const bytes = readFileSync(path);
    const file = await readGguf(path);
    for (const [index, { offsetBytes, sizeBytes, name }] of file.tensors.entries()) {
      expect(name).toBe(tensors[index]?.name);
      expect((offsetBytes - file.dataOffsetBytes) % alignment).toBe(0);
      expect(bytes.subarray(offsetBytes, offsetBytes + sizeBytes)).toEqual(
        Buffer.from(tensors[index]?.data ?? []),
      );
    }
  }
});

test('the returned size and hash are those of the file', async () => {
  const path = join(folder, 'hash.gguf');
  const written = await writeGguf(path, { metadata: everyType, tensors: [floats('a', 1, 2)] });
  const bytes = readFileSync(path);
  expect(written.sizeBytes).toBe(statSync(path).size);
  expect(written.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
});

test('an older file is replaced whole and nothing temporary is left', async () => {
  const path = join(folder, 'model.gguf');
  writeFileSync(path, 'x'.repeat(100_000));
  await writeGguf(path, { metadata: [], tensors: [floats('a', 1)] });
  expect((await readGguf(path)).tensors).toHaveLength(1);
  expect(readdirSync(folder)).toEqual(['model.gguf']);
});

test('a failed write leaves what was there and no temporary file', async () => {
  const path = join(folder, 'taken');
  mkdirSync(path);
  const content = { metadata: [], tensors: [floats('a', 1)] };
  await expect(writeGguf(path, content)).rejects.toThrow(/EISDIR|EEXIST|EPERM/);
  expect(readdirSync(folder)).toEqual(['taken']);
});

test.each<[problem: string, metadata: GgufEntry[], tensors: TensorToWrite[], message: RegExp]>([
  ['two equal keys', [...everyType, { key: 'u8', type: 'u8', value: 1 }], [], /"u8" occurs twice/],
  ['two equal tensors', [], [floats('a', 1), floats('a', 2)], /"a" occurs twice/],
  ['256 as u8', [{ key: 'k', type: 'u8', value: 256 }], [], /256 does not fit the type u8/],
  ['a fraction as i32', [{ key: 'k', type: 'i32', value: 0.5 }], [], /0.5 does not fit/],
  ['too few bytes', [], [{ ...floats('a', 1), ne: [2] }], /needs 8 bytes and got 4/],
  ['half a block', [], [{ ...floats('a', 1), type: tensorTypeId('Q8_0') }], /block of 32/],
  ['a name of 64 bytes', [], [floats('n'.repeat(64), 1)], /longer than 63 bytes/],
  [
    'an odd alignment',
    [{ key: 'general.alignment', type: 'u32', value: 24 }],
    [],
    /alignment is 24/,
  ],
])('refuses to write %s, which no loader would read', async (_, metadata, tensors, message) => {
  await expect(writeGguf(join(folder, 'bad.gguf'), { metadata, tensors })).rejects.toThrow(message);
  expect(readdirSync(folder)).toEqual([]);
});
