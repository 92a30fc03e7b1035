import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GgufError } from './header/gguf-error.ts';
import { getStrings, type GgufFile } from './header/gguf-file.ts';
import { readGguf } from './read-gguf.ts';
import { malformedFiles } from './testing/malformed-gguf.ts';
import { encodeRawGguf, entry, u32 } from './testing/raw-gguf.ts';
import { minimalGguf } from './testing/valid-gguf.ts';
import { writeGguf } from './write/write-gguf.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-gguf-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
async function readBytes(bytes: Uint8Array): Promise<GgufFile> {
  const path = join(folder, `${files++}.gguf`);
  writeFileSync(path, bytes);
  return await readGguf(path);
}

async function rejectionOf(bytes: Uint8Array): Promise<GgufError> {
  const result: unknown = await readBytes(bytes).catch((error: unknown) => error);
  if (result instanceof GgufError) return result;
  throw new Error(`Expected a GgufError, got ${String(result)}`);
}

test('the file that all malformed ones derive from is accepted', async () => {
  const file = await readBytes(encodeRawGguf(minimalGguf()));
  expect(file).toMatchObject({
    version: 3,
    alignment: 32,
    fileSizeBytes: file.dataOffsetBytes + 128,
  });
  expect(file.tensors.map(({ name, ne, sizeBytes }) => ({ name, ne, sizeBytes }))).toEqual([
    { name: 'token_embd.weight', ne: [8, 2], sizeBytes: 64 },
    { name: 'output_norm.weight', ne: [16], sizeBytes: 64 },
  ]);
  expect(file.tensors[1]?.offsetBytes).toBe(file.dataOffsetBytes + 64);
});

test('there are enough malformed files, each with a problem of its own', () => {
  expect(new Set(malformedFiles.map(({ problem }) => problem)).size).toBe(malformedFiles.length);
  expect(malformedFiles.length).toBeGreaterThan(100);
});

test.each(malformedFiles)('rejects $problem', async ({ bytes, message }) => {
  const error = await rejectionOf(bytes);
  expect(error.message).toMatch(message);
  expect(['GGUF_INVALID', 'GGUF_TRUNCATED']).toContain(error.code);
});

test('a file cut anywhere is GGUF_TRUNCATED, never accepted and never a crash', async () => {
  const whole = encodeRawGguf(minimalGguf());
  for (let length = 0; length < whole.length; length++)
    expect((await rejectionOf(whole.subarray(0, length))).code, `cut at ${length}`).toBe(
      'GGUF_TRUNCATED',
    );
});

test('a missing file and a folder are GGUF_UNREADABLE and name the path', async () => {
  for (const path of [join(folder, 'nowhere.gguf'), folder])
    await expect(readGguf(path)).rejects.toMatchObject({
      code: 'GGUF_UNREADABLE',
      message: expect.stringContaining(path),
    });
});

test('version 2, other alignments and trailing bytes are no reason to reject', async () => {
  const raw = { ...minimalGguf(), version: 2, alignment: 64, dataBytes: 160 };
  raw.entries.push(entry('general.alignment', 4, u32(64)));
  const file = await readBytes(encodeRawGguf(raw));
  expect(file).toMatchObject({ version: 2, alignment: 64 });
  expect(file.dataOffsetBytes % 64).toBe(0);
});

test('a vocabulary without tensors needs no padding and no data section', async () => {
  const raw = { ...minimalGguf(), tensors: [], dataBytes: 0 };
  const file = await readBytes(encodeRawGguf(raw));
  expect(file.dataOffsetBytes).toBe(file.fileSizeBytes);
});

test('a vocabulary of 128,000 tokens with merges is read whole, in linear time', async () => {
  const path = join(folder, 'vocabulary.gguf');
  const tokens = numbered('Ġtoken', 128_000);
  const merges = numbered('Ġ m', 256_000);
  await writeGguf(path, {
    metadata: [
      { key: 'tokens', type: 'array', elementType: 'string', value: tokens },
      { key: 'merges', type: 'array', elementType: 'string', value: merges },
    ],
    tensors: [],
  });
  const before = process.cpuUsage();
  const file = await readGguf(path);
  // Some 100 ms of this process, however busy the machine is; quadratic work takes minutes.
  expect(process.cpuUsage(before).user).toBeLessThan(2_000_000);
  expect(getStrings(file, 'tokens')).toEqual(tokens);
  expect(getStrings(file, 'merges')).toEqual(merges);
});

const numbered = (prefix: string, length: number) =>
  Array.from({ length }, (_, index) => `${prefix}${index}`);
