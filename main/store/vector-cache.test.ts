import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { VectorCache } from './vector-cache.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'lima-vectors-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const vectors = new Map([
  ['one', Float32Array.of(1, 0)],
  ['two', Float32Array.of(0.6, -0.8)],
]);

test('vectors are there the next time, for who made them alone', () => {
  {
    using cache = new VectorCache(folder, 'model a');
    cache.write(vectors);
    cache.write(vectors);
  }
  using again = new VectorCache(folder, 'model a');
  expect(again.read(['two', 'one', 'three'])).toEqual(vectors);
  using other = new VectorCache(folder, 'model b');
  expect(other.read(['one'])).toEqual(new Map());
});

test('a file that is no database begins anew, and what cannot be a file is kept in memory', () => {
  writeFileSync(
    join(folder, 'vectors.sqlite'),
    'no database at all, and longer than a header '.repeat(40),
  );
  {
    using cache = new VectorCache(folder, 'model');
    cache.write(vectors);
  }
  using again = new VectorCache(folder, 'model');
  expect(again.read(['one']).size).toBe(1);
  mkdirSync(join(folder, 'taken', 'vectors.sqlite'), { recursive: true });
  using inMemory = new VectorCache(join(folder, 'taken'), 'model');
  inMemory.write(vectors);
  expect(inMemory.read(['one']).size).toBe(1);
});
