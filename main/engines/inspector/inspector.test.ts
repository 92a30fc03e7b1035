import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startInspector } from '../start-engines.ts';
import { writeTinyModel } from '../../gguf/tiny/tiny-model.ts';
import { testFiles } from '../testing/test-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'lima-inspector-'));
const modelPath = join(folder, 'tiny.gguf');
const inspector = startInspector(testFiles);

beforeAll(async () => {
  await writeTinyModel(modelPath, { embeddingLength: 32, layers: 1, feedForwardLength: 32 });
});

afterAll(async () => {
  inspector.kill();
  await inspector.exited;
  rmSync(folder, { recursive: true });
});

test('a model is described across the process border', async () => {
  const info = await inspector.request('inspectModel', { path: modelPath });
  expect(info).toMatchObject({ architecture: 'llama', layers: 1, trainable: 'yes' });
});

test('a bad file is a coded error with its path, and the inspector goes on', async () => {
  const path = join(folder, 'half.gguf');
  const { sizeBytes } = await writeTinyModel(path, { embeddingLength: 32, layers: 1 });
  truncateSync(path, sizeBytes / 2);
  await expect(inspector.request('inspectModel', { path })).rejects.toMatchObject({
    code: 'GGUF_TRUNCATED',
    data: { path },
    message: expect.stringContaining(`${path}: The GGUF file is incomplete`),
  });
  writeFileSync(path, 'PK\u0003\u0004 a zip archive, as PyTorch checkpoints are');
  await expect(inspector.request('inspectModel', { path })).rejects.toMatchObject({
    code: 'GGUF_INVALID',
  });
});

// Its data has no path, which a schema of this code must not ask for.
test('a project of a newer program is PROJECT_NEWER with both versions', async () => {
  const path = join(folder, 'newer.lima');
  const header = Buffer.alloc(100);
  header.write('SQLite format 3\0', 'latin1');
  header.writeUInt32BE(9999, 60);
  header.write('LIMA', 68);
  writeFileSync(path, header);
  await expect(inspector.request('inspectProject', { path })).rejects.toMatchObject({
    code: 'PROJECT_NEWER',
    data: { fileVersion: 9999, supportedVersion: expect.any(Number) },
  });
});

test('a hash is that of the content, also for an empty file and beyond one chunk', async () => {
  for (const length of [0, 1, 1024 * 1024, 3 * 1024 * 1024 + 7]) {
    const path = join(folder, `${length}.bin`);
    const bytes = Buffer.alloc(length, 'lima');
    writeFileSync(path, bytes);
    expect(await inspector.request('hashFile', { path })).toEqual({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: length,
    });
  }
});

/** A sparse file takes no disk and some seconds to hash. */
function writeLargeFile(sizeBytes: number): string {
  const path = join(folder, 'large.bin');
  writeFileSync(path, '');
  truncateSync(path, sizeBytes);
  return path;
}

test('hashing reports growing progress, at most ten times a second', async () => {
  const totalBytes = 512 * 1024 * 1024;
  const path = writeLargeFile(totalBytes);
  const bytes: number[] = [];
  const startMs = performance.now();
  await inspector.request('hashFile', { path }, { onEvent: (event) => bytes.push(event.bytes) });
  const elapsedMs = performance.now() - startMs;
  expect(bytes.length).toBeGreaterThan(0);
  expect(bytes.length).toBeLessThanOrEqual(elapsedMs / 100);
  expect(bytes).toEqual(bytes.toSorted((left, right) => left - right));
  expect(bytes.at(-1)).toBeLessThanOrEqual(totalBytes);
});

test('a cancelled hash ends soon as CANCELLED and leaves the inspector usable', async () => {
  const path = writeLargeFile(64 * 1024 ** 3);
  const controller = new AbortController();
  const hashed = inspector.request(
    'hashFile',
    { path },
    { signal: controller.signal, onEvent: () => controller.abort(), cancelGraceMs: 20_000 },
  );
  await expect(hashed).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(inspector.hasExited).toBe(false);
  const info = await inspector.request('inspectModel', { path: modelPath });
  expect(info.layers).toBe(1);
});

test('a file that cannot be read is FILE_UNREADABLE with its path', async () => {
  for (const path of [folder, join(folder, 'nowhere')])
    await expect(inspector.request('hashFile', { path })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      data: { path },
    });
});
